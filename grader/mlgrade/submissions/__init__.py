"""Find submissions in files, folders and notebooks."""
