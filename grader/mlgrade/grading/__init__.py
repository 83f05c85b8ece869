"""Grade one submission: prechecks, checks, diagnosis, scoring, redaction."""
