"""Append-only attempts and decisions, and the grade that follows from them.

store     what is kept, in one SQLite file or a PostgreSQL database
policy    what counts now: pure, computed whenever it is asked for, never stored
"""
