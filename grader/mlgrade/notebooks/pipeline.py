"""What nbgrader's autograde does to a notebook, step by step: the two lists that nbgrader_config.py names."""

from __future__ import annotations

_OURS, _NBGRADER = "mlgrade.notebooks.autograde", "nbgrader.preprocessors"

# submitted/ -> autograded/
SANITIZE = (
    f"{_OURS}.KnownCells",  # first: what comes after it believes what a notebook says of its cells
    f"{_NBGRADER}.ClearOutput",
    f"{_NBGRADER}.OverwriteKernelspec",
    f"{_NBGRADER}.OverwriteCells",
    f"{_OURS}.EscapeStudentHtml",  # after the texts of locked cells are ours again
    f"{_NBGRADER}.CheckCellMetadata",
)
# autograded/ -> autograded/ and the gradebook
AUTOGRADE = (
    f"{_OURS}.HiddenSuites",  # in the place of nbgrader's Execute
    f"{_NBGRADER}.LimitOutput",
    f"{_NBGRADER}.SaveAutoGrades",
    f"{_NBGRADER}.AssignLatePenalties",
    f"{_OURS}.ConceptComments",  # after SaveAutoGrades, which resets the comments
    f"{_NBGRADER}.CheckCellMetadata",
)
