"""Canvas over its REST API, through canvasapi. Nothing here decides what is sent."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import requests
from canvasapi import exceptions as refusals  # type: ignore[import-untyped]  # it has no types
from canvasapi.assignment import Assignment as ApiAssignment  # type: ignore[import-untyped]
from canvasapi.course import Course  # type: ignore[import-untyped]
from canvasapi.progress import Progress  # type: ignore[import-untyped]
from canvasapi.requester import Requester  # type: ignore[import-untyped]

from mlgrade.lms.canvas_api import patience
from mlgrade.lms.canvas_api.access import Access
from mlgrade.lms.canvas_api.model import Assignment, CanvasError, Change, Held, Student
from mlgrade.text import one_line

MOST_ITEMS = 1_000_000  # of one list: pages that lead to one another for ever end here
POLLS = (0.5, 1.0, 2.0, *(5.0,) * 120)  # ten minutes for a hundred scores
T = TypeVar("T")


class Canvas:
    """One course of one Canvas, seen with one token. Each method is one question, or one order."""

    def __init__(self, access: Access, course: int, sleep: patience.Sleep) -> None:
        self._access, self._id, self._sleep = access, course, sleep
        self._requester = _Requester(access, sleep)
        self._course = Course(self._requester, {"id": course})

    @property
    def host(self) -> str:
        return self._access.host

    @property
    def name(self) -> str:
        """Asking for it is also the test of address, token and course."""
        with self._asking(f"course {self._id}"):
            return one_line(str(self._requester.request("GET", f"courses/{self._id}").json()["name"]))

    def assignments(self) -> list[Assignment]:
        with self._asking("the assignments of the course"):
            return _read(self._course.get_assignments(), Assignment)

    def students(self) -> list[Student]:
        with self._asking("the students of the course"):
            return _read(self._course.get_users(enrollment_type=["student"]), Student)

    def held(self, assignment: Assignment) -> dict[int, Held]:
        """What Canvas holds, by student. Who is not assigned is not in it."""
        with self._asking(f"the submissions of assignment {assignment.id}"):
            return {held.user_id: held for held in _read(self._api(assignment).get_submissions(), Held)}

    def update(self, assignment: Assignment, changes: Sequence[Change]) -> str:
        """Send grades and wait until Canvas has worked them in. Returns what it complains of, or ""."""
        data = {change.user_id: change.form for change in changes}
        with self._asking(f"grading of assignment {assignment.id}"), _order(len(changes)):
            progress = self._api(assignment).submissions_bulk_update(grade_data=data)
            state, message = _state(progress)
        with self._asking("the progress of the grading"):
            return self._settled(progress, state, message)

    def _settled(self, progress: Progress, state: str, message: str) -> str:
        for wait in POLLS:
            if state == "completed":
                return ""
            if state == "failed":
                return f"Canvas says that the grading failed: {self._clean(message) or 'it gives no reason'}"
            self._sleep(wait)
            state, message = _state(progress.query())
        raise CanvasError(
            f"Canvas is still busy with the scores after {sum(POLLS) / 60:.0f} minutes; run this again later: "
            "it reads first, and sends only what is missing then"
        )

    def _api(self, assignment: Assignment) -> ApiAssignment:
        return ApiAssignment(self._requester, {"id": assignment.id, "course_id": self._id})

    def _clean(self, text: str) -> str:
        return one_line(text[:400].replace(self._access.token, "[token]"))

    @contextlib.contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        """Turn whatever goes wrong into one sentence. Nothing that a server said is repeated: it has seen the token."""
        where = self._access.host
        try:
            yield
        except refusals.CanvasException as error:
            raise CanvasError(f"{where}: {_refusal(error, what)}") from None
        except requests.exceptions.JSONDecodeError:
            raise CanvasError(
                f"{where}: the answer for {what} is not Canvas's; is this the address of a Canvas?"
            ) from None
        except requests.RequestException as error:
            raise CanvasError(f"{where}: {_no_answer(error)}") from None
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # what canvasapi makes of an odd answer
            raise CanvasError(f"{where}: the answer for {what} is not as documented ({type(error).__name__})") from None


class _Requester(Requester):  # type: ignore[misc]  # it has no types
    """canvasapi's own, over a session that waits as patience.py says and goes nowhere else."""

    def __init__(self, access: Access, sleep: patience.Sleep) -> None:
        super().__init__(access.url, access.token)
        self._session = requests.Session()
        self._session.auth = _Bearer(access.token)  # else a .netrc would take its place
        self._session.max_redirects = 0  # a token is for the address that was given
        self._session.trust_env = not access.plain  # no proxy sees what is not encrypted
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, patience.Patient(sleep))


class _Bearer(requests.auth.AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _read(pages: Iterator[Any], kind: Callable[..., T]) -> list[T]:
    found = [msgspec.convert(vars(one), kind) for one in itertools.islice(pages, MOST_ITEMS + 1)]
    if len(found) > MOST_ITEMS:
        raise CanvasError(f"Canvas lists more than {MOST_ITEMS:,} entries; that cannot be one course")
    return found


def _state(progress: Progress) -> tuple[str, str]:
    facts: Mapping[str, Any] = vars(progress)
    return str(facts["workflow_state"]), str(facts.get("message") or "")


@contextlib.contextmanager
def _order(number: int) -> Iterator[None]:
    """Say it when nobody knows whether an order arrived."""
    unsure = (
        f"Canvas did not answer as {number} scores were sent; whether they arrived is not known. "
        "Wait a few minutes and run this again: it reads first, and sends only what is missing"
    )
    try:
        yield
    except refusals.CanvasException as error:
        if _status(error) < patience.SERVER_ERROR:
            raise
        raise CanvasError(unsure) from None
    except requests.RequestException as error:
        if patience.never_left(error) or isinstance(error, requests.exceptions.SSLError):
            raise
        raise CanvasError(unsure) from None


# -- sentences ----------------------------------------------------------------------------------------------------


def _refusal(error: refusals.CanvasException, what: str) -> str:
    match error:
        case refusals.InvalidAccessToken():
            return (
                "does not take this token: mistyped, expired, or of another Canvas (Account > Settings > Access Tokens)"
            )
        case refusals.RateLimitExceeded():
            return _busy()
        case refusals.Forbidden() if "rate limit exceeded" in str(error).lower():
            return _busy()
        case refusals.Forbidden() | refusals.Unauthorized():
            return (
                f"the owner of this token may not see or do this: {what}. It takes a teacher or TA who can edit grades"
            )
        case refusals.ResourceDoesNotExist():
            return f"cannot find {what}, or the owner of this token is not in it; the id is the number in its address"
    return f"answers {what} with an error{f' (status {_status(error)})' if _status(error) else ''}; try again later"


def _busy() -> str:
    return f"refuses for too many requests, also after waiting {sum(patience.WAITS):.0f} s; try again in some minutes"


def _status(error: refusals.CanvasException) -> int:
    """The status that canvasapi puts at the end of a sentence, for what it has no class for."""
    last = str(error).rsplit(" ", 1)[-1]
    return int(last) if last.isdigit() else 0


def _no_answer(error: requests.RequestException) -> str:
    match error:
        case requests.exceptions.SSLError():
            return "its certificate is not valid for this address; nothing was sent"
        case requests.exceptions.TooManyRedirects():
            return "sends us on to another address; give --url the one that your browser shows inside Canvas"
        case requests.exceptions.Timeout():
            return "does not answer in time; try again later"
    return "cannot be reached; check --url and the network"
