"""What run_autograder starts: `python -m mlgrade.integrations.gradescope /autograder`.

It ends with 0 and a results.json, or with another status and none. Gradescope then says that the autograder failed, to
student and staff, and what was printed here is shown to the staff. Our own fault is never a score.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from mlgrade.errors import Exit, MlgradeError
from mlgrade.integrations import formatting, job
from mlgrade.integrations.gradescope import results
from mlgrade.integrations.gradescope.package import COURSE, SETTINGS, GradescopeSettings
from mlgrade.integrations.job import Job

SUBMISSION, METADATA = "submission", "submission_metadata.json"


def main(root: Path) -> Exit:
    """Grade the submission in Gradescope's folder, and write results.json."""
    source, written = root / "source", root / "results" / "results.json"
    written.unlink(missing_ok=True)
    for problem in job.close([source, written.parent, root / METADATA]):
        job.say(f"mlgrade: {problem}")
    settings = msgspec.json.decode((source / SETTINGS).read_bytes(), type=GradescopeSettings)
    done = job.run(
        root, SUBMISSION, source / COURSE, settings.concepts, allow_weak_isolation=settings.allow_weak_isolation
    )
    job.say(formatting.for_staff(done))
    if done.faults:
        job.say("\n".join(["mlgrade: no result is given, because it would look earned:", *done.faults]))
        return Exit.OUR_FAULT
    job.write(written, results.document(done, settings, _late(root / METADATA, done, settings)))
    return Exit.PASSED


def _late(path: Path, done: Job, settings: GradescopeSettings) -> results.LateSubmission | None:
    """How late it is, where Gradescope says when it came. Without that it is graded all the same."""
    try:
        return results.of(results.read(path), done.course, settings.concepts)
    except (msgspec.MsgspecError, OSError) as error:
        job.say(f"mlgrade: {path.name}: no time is known: {getattr(error, 'strerror', error)}")
        return None


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1])))
    except MlgradeError as error:
        job.say(f"mlgrade: {error}")
        sys.exit(error.exit_code)
