"""An autograder and a course for the mathematics of machine learning.

`mlgrade.check("exercises/softmax.py")` returns the same `Report` that the command `mlgrade check` prints.
"""

from mlgrade._version import __version__

TYPE_CHECKING = False  # type checkers take it for true. Nothing is imported here: see `interpreter`
if TYPE_CHECKING:
    from typing import Any

    from mlgrade.api import check
    from mlgrade.errors import CourseError, MlgradeError, SubmissionError, UsageError
    from mlgrade.results import CheckResult, ConceptReport, Outcome, Report, Status

__all__ = [
    "CheckResult",
    "ConceptReport",
    "CourseError",
    "MlgradeError",
    "Outcome",
    "Report",
    "Status",
    "SubmissionError",
    "UsageError",
    "__version__",
    "check",
]

_HOMES = {
    "check": "mlgrade.api",
    "CourseError": "mlgrade.errors",
    "MlgradeError": "mlgrade.errors",
    "SubmissionError": "mlgrade.errors",
    "UsageError": "mlgrade.errors",
}


def __getattr__(name: str) -> "Any":
    # Lazy on purpose: the worker imports this package too, and must meet neither pytest nor a suite.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "mlgrade.results")), name)


def load_ipython_extension(shell: "Any") -> None:
    """Answer `%load_ext mlgrade` in a notebook: `%check softmax` and `%%check softmax`."""
    from mlgrade import notebook

    notebook.register(shell)
