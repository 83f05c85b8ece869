"""Show what this machine provides: versions, the course, and isolation, tried act by act."""
