"""How many colours a picture needs: by what is hardly seen, by an elbow, and by the Gap statistic."""
