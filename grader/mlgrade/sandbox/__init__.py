"""Runs one untrusted file in a process of its own and answers calls to it.

Knows nothing of courses, tests or scores. `host` is the trusted end, `worker` the other; `protocol` is all that
crosses between them.
"""
