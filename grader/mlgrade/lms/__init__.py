"""Rosters and archives in, grade files out: one module for each format. Nothing here knows a course or a gradebook."""
