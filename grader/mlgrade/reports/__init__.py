"""A report as text for people and as files for machines. Each module renders; none decides anything."""
