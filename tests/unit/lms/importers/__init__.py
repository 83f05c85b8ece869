"""What an LMS does with a file: written from the LMSs' rules, with nothing of the code that writes the files."""
