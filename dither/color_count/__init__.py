"""Count the colours that an image needs: smallest error barely visible, elbow, or Gap statistic."""
