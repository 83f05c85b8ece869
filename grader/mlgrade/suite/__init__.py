"""The pytest side, in the trusted process: marks, comparisons, the `student` fixture, collection and running."""
