"""What a question's run script starts: `python -m mlgrade.integrations.prairielearn /grade`.

There is a results.json in any case that we know of, because PrairieLearn counts a submission without one as wrong.
What is our own fault is "not gradable" there, and said to the student as such; why is printed here, for the staff.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from mlgrade.errors import Exit, MlgradeError
from mlgrade.grading.redaction import OUR_FAULT
from mlgrade.integrations import formatting, job
from mlgrade.integrations.prairielearn import results
from mlgrade.integrations.prairielearn.package import COURSE, SETTINGS, PrairieLearnSettings

STUDENT = "student"
CLOSED = ("tests", "data", "serverFilesCourse")


def main(root: Path) -> Exit:
    """Grade the submission in PrairieLearn's folder, and write results.json."""
    written = root / "results" / "results.json"
    written.unlink(missing_ok=True)
    try:
        return _grade(root, written)
    except (MlgradeError, msgspec.MsgspecError, OSError) as error:
        job.say(f"mlgrade: {error}")
        job.write(written, results.not_gradable(OUR_FAULT))
        return Exit.OUR_FAULT


def _grade(root: Path, written: Path) -> Exit:
    for problem in job.close(root / name for name in CLOSED):
        job.say(f"mlgrade: {problem}")
    tests = root / "tests"
    settings = msgspec.json.decode((tests / SETTINGS).read_bytes(), type=PrairieLearnSettings)
    done = job.run(
        root, STUDENT, tests / COURSE, [settings.concept], allow_weak_isolation=settings.allow_weak_isolation
    )
    job.say("\n".join([formatting.for_staff(done), *done.faults]))
    job.write(written, results.document(done, each_hidden=settings.each_hidden))
    return Exit.OUR_FAULT if done.faults else Exit.PASSED


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
