"""What an LMS lets one download, to one folder for each student. Knows names, bytes and rows, and no course."""
