"""Beginnings for authors: a course, from a small one that is whole or from a template, and a concept to fill in."""
