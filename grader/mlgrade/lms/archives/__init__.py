"""Collect the archives that an LMS offers for download into one folder for each student."""
