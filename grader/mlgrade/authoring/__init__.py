"""Tools for course authors: lint, scaffolding, student editions, watching."""
