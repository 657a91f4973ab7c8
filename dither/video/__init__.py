"""Videos: read their frames one by one as sRGB, and write frames with the library PyAV."""
