"""Read and write delimited text, and write numbers as LMSs take them."""
