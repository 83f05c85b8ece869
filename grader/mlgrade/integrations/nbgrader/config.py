"""nbgrader's settings for a course of ours: nbgrader_config.py is the staff's to edit, nbgrader_config.json is firm.

Where nbgrader cannot run the first, for a slip in it, it says so and goes on as if there were none: students' code
would run in a kernel, with the rights of the staff. The second it reads apart from it. No hidden text is in either.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata

from mlgrade.course import Course

FILE = "nbgrader_config.py"
FIRM = "nbgrader_config.json"
_OURS, _NBGRADER = "mlgrade.integrations.nbgrader.autograde", "nbgrader.preprocessors"

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


def firm() -> str:
    """What nbgrader_config.json says: the steps, and who collects."""
    settings = {
        "Autograde": {"sanitize_preprocessors": SANITIZE, "autograde_preprocessors": AUTOGRADE},
        "OverwriteCells": {"add_missing_cells": True},
        "ExchangeFactory": {"collect": "mlgrade.integrations.nbgrader.collecting.Collect"},
    }
    return f"{json.dumps(settings, indent=2)}\n"


def text(course: Course) -> str:
    """Return the nbgrader_config.py of a course."""
    values = {"COURSE_ID": course_id(course), "COURSE": str(course.root.resolve())}
    return re.sub(r"<([A-Z_]+)>", lambda found: repr(values[found[1]]), TEMPLATE)


def course_id(course: Course) -> str:
    """The title as a name that the exchange can make a folder of: `Math for ML` becomes `math_for_ml`."""
    letters = unicodedata.normalize("NFKD", course.title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")[:60]
    return name or f"course_{hashlib.sha256(course.title.encode()).hexdigest()[:8]}"


TEMPLATE = r'''"""Settings of nbgrader for a course of mlgrade.

`mlgrade nbgrader init` wrote this file. You may edit it: then it is yours, and a later init leaves it alone and says
so. The page docs/how-to/nbgrader.md of mlgrade goes through the whole way, from here to the file for the LMS.
"""

import re
from pathlib import Path

c = get_config()  # noqa: F821 (nbgrader gives it)
HERE = Path(__file__).resolve().parent

# -- which course -----------------------------------------------------------------------------------------------

# Made from the title. If your exchange or JupyterHub calls the course otherwise, write that name here.
c.CourseDirectory.course_id = <COURSE_ID>

# Where assignments and submissions are exchanged: writable for everybody, and needed by release_assignment, fetch,
# submit and collect only. Without it nbgrader writes where only an administrator may. What collects takes files only:
# nbgrader's own follows the links that students put there, with the rights of whoever collects.
# c.Exchange.root = "/srv/nbgrader/exchange"

# The mlgrade course. Its hidden suites and solutions stay there; it must never be under this folder, since what lies
# here may go out to students. The variable MLGRADE_COURSE takes its place, for a grader on another machine.
c.HiddenSuites.course = <COURSE>

# -- autograding ------------------------------------------------------------------------------------------------

# The steps are in nbgrader_config.json beside this file, which nbgrader reads even where a slip keeps it from running
# this one. First the notebook that was handed in is put in order: nbgrader would end the whole run at a cell that a
# student copied, and formgrader would run a student's HTML. Then HiddenSuites stands in the place of nbgrader's
# Execute: no kernel runs, and student code runs in mlgrade's confined worker, which holds neither a suite nor a
# solution.

# The folder course/ beside the notebooks is written over with that of source/ at grading, whatever was handed in.
# Autograde.exclude_overwriting would keep a student's files; this course needs none.

# -- late submissions ---------------------------------------------------------------------------------------------

# nbgrader marks what is late and takes nothing off: `mlgrade nbgrader pull` applies the late policy of course.yml, in
# one place for notebooks and .py files. "zero" would take all points off in nbgrader, which pull shows as a penalty.
c.LateSubmissionPlugin.penalty_method = "none"

# -- nbgrader zip_collect -----------------------------------------------------------------------------------------

# For a download of the LMS. `mlgrade collect DOWNLOAD.zip --into downloaded/ASSIGNMENT/archive` makes a folder for each
# student: it knows the file names of five LMS, and the roster. `nbgrader zip_collect ASSIGNMENT` takes
# <student>/<notebook>.ipynb from there, if the course has a notebook of that name; what a student chose to call a file
# can name nobody else. The time of handing in is what mlgrade collect found.
NOTEBOOK = "|".join(sorted({re.escape(path.stem) for path in HERE.glob("source/*/*.ipynb")}))
FILE = rf"(?P<file_id>{NOTEBOOK})(?:-\d+| ?\(\d+\))?\.ipynb$"  # "softmax-1", "softmax (1)": handed in, or saved, again
TOP = re.escape(str(HERE)) + r"[/\\]downloaded[/\\][^/\\]+[/\\]extracted[/\\]"  # not a student's folder of that name
c.ZipCollectApp.collector_plugin = "mlgrade.integrations.nbgrader.collecting.Collected"
c.FileNameCollectorPlugin.named_regexp = TOP + r"(?P<student_id>[^./\\][^/\\]*)[/\\]" + FILE

# Without mlgrade collect, use the two lines of your LMS. Students are then called what it calls them in its file names:
# Canvas and Moodle by a number, Blackboard by the user name.
DOWNLOAD = TOP + r"(?:[^/\\]+[/\\])?"  # nbgrader unpacks an archive to a folder of its name
# Canvas:
# NAMES = r"[^/\\_]+_(?:LATE_)?(?P<student_id>\d+)_\d+_"
# c.FileNameCollectorPlugin.named_regexp = DOWNLOAD + NAMES + FILE
# Moodle:
# NAMES = r"[^/\\]+?_(?P<student_id>\d+)_assignsubmission_file_?[/\\]"
# c.FileNameCollectorPlugin.named_regexp = DOWNLOAD + NAMES + FILE
# Blackboard:
# NAMES = r"(?:(?!_attempt_)[^/\\])+?_(?P<student_id>[^/\\_]+)_attempt_(?P<timestamp>20\d\d(?:-\d\d){5})_"
# c.FileNameCollectorPlugin.named_regexp = DOWNLOAD + NAMES + FILE
'''
