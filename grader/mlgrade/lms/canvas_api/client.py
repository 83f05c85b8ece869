"""Talk to Canvas over its REST API, through canvasapi. Nothing here decides what is sent."""

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
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from mlgrade.lms.canvas_api.access import Access
from mlgrade.lms.canvas_api.model import CanvasAssignment, CanvasError, CanvasStudent, GradeChange, HeldGrade
from mlgrade.text import one_line

MOST_ITEMS = 1_000_000  # of one list: pages that lead to one another for ever end here
POLLS = (0.5, 1.0, 2.0, *(5.0,) * 120)  # ten minutes for a hundred scores
WAITS = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
MOST_WAIT = 120.0  # however long the server asks to wait
CONNECT_SECONDS, READ_SECONDS = 10.0, 60.0
SERVER_ERROR = 500
Sleep = Callable[[float], None]
T = TypeVar("T")


class CanvasClient:
    """One course of one Canvas, seen with one token. Each method is one question, or one order."""

    def __init__(self, access: Access, course: int, sleep: Sleep) -> None:
        self._access, self._id, self._sleep = access, course, sleep
        self._requester = _Requester(access, sleep)
        self._course = Course(self._requester, {"id": course})

    @property
    def host(self) -> str:
        """Return the host."""
        return self._access.host

    @property
    def name(self) -> str:
        """Ask for the name, which also tests address, token and course."""
        with self._asking(f"course {self._id}"):
            return one_line(str(self._requester.request("GET", f"courses/{self._id}").json()["name"]))

    def assignments(self) -> list[CanvasAssignment]:
        """List the assignments."""
        with self._asking("the assignments of the course"):
            return _read(self._course.get_assignments(), CanvasAssignment)

    def students(self) -> list[CanvasStudent]:
        """List the students."""
        with self._asking("the students of the course"):
            return _read(self._course.get_users(enrollment_type=["student"]), CanvasStudent)

    def held(self, assignment: CanvasAssignment) -> dict[int, HeldGrade]:
        """Return the grades that Canvas holds, by student. Students without the assignment are not in it."""
        with self._asking(f"the submissions of assignment {assignment.id}"):
            return {held.user_id: held for held in _read(self._api(assignment).get_submissions(), HeldGrade)}

    def update(self, assignment: CanvasAssignment, changes: Sequence[GradeChange]) -> str:
        """Send grades and wait until Canvas has processed them. Return its complaint, or ""."""
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

    def _api(self, assignment: CanvasAssignment) -> ApiAssignment:
        return ApiAssignment(self._requester, {"id": assignment.id, "course_id": self._id})

    def _clean(self, text: str) -> str:
        return one_line(text[:400].replace(self._access.token, "[token]"))

    @contextlib.contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        """Raise any failure as a CanvasError. No text of the server is repeated: it has seen the token."""
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
    """canvasapi's own, over a session that repeats requests and follows no redirects."""

    def __init__(self, access: Access, sleep: Sleep) -> None:
        super().__init__(access.url, access.token)
        self._session = requests.Session()
        self._session.auth = _Bearer(access.token)  # else a .netrc would take its place
        self._session.max_redirects = 0  # a token is for the address that was given
        self._session.trust_env = not access.plain  # no proxy sees what is not encrypted
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, _RetryAdapter(sleep))


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
    """Raise a CanvasError that says so if it is unknown whether an order arrived."""
    unsure = (
        f"Canvas did not answer as {number} scores were sent; whether they arrived is not known. "
        "Wait a few minutes and run this again: it reads first, and sends only what is missing"
    )
    try:
        yield
    except refusals.CanvasException as error:
        if _status(error) < SERVER_ERROR:
            raise
        raise CanvasError(unsure) from None
    except requests.RequestException as error:
        if _never_left(error) or isinstance(error, requests.exceptions.SSLError):
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
    return f"refuses for too many requests, also after waiting {sum(WAITS):.0f} s; try again in some minutes"


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


# -- retry --------------------------------------------------------------------------------------------------------


class _RetryAdapter(HTTPAdapter):
    """Repeat requests. urllib3's own `Retry` cannot: Canvas refuses for the rate also by the text of a 403.

    A request that was refused for the rate is repeated, after the time that Canvas names or a growing one. A GET is
    also repeated after a server error, a timeout or a broken connection; a POST only if there was no connection.
    Nothing is repeated to an address that never answered: it is probably mistyped.
    """

    def __init__(self, sleep: Sleep) -> None:
        super().__init__(max_retries=0)
        self._sleep, self._answered = sleep, False

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        for wait in WAITS:
            try:
                response = self._once(request, *arguments, **options)
            except requests.RequestException as error:
                if not self._answered or not _may_repeat(error, request):
                    raise
                self._sleep(wait)
                continue
            if not _rate_limited(response) and not (request.method == "GET" and response.status_code >= SERVER_ERROR):
                return response
            self._sleep(max(wait, _named_wait(response)))
        return self._once(request, *arguments, **options)

    def _once(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        if request.method != "GET":
            self.close()  # on a connection that the server has just closed it would be unknown what arrived
        options["timeout"] = options.get("timeout") or (CONNECT_SECONDS, READ_SECONDS)
        response = super().send(request, *arguments, **options)
        self._answered = True
        return response


def _rate_limited(response: requests.Response) -> bool:
    said = response.status_code == 403 and "rate limit exceeded" in response.text.lower()
    return said or response.status_code == 429


def _never_left(error: requests.RequestException) -> bool:
    """Return whether there was no connection, so that nothing was sent."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _may_repeat(error: requests.RequestException, request: requests.PreparedRequest) -> bool:
    if isinstance(error, requests.exceptions.SSLError):
        return False  # it is not the server that we want
    broken = isinstance(error, requests.exceptions.ConnectionError | requests.exceptions.Timeout)
    return _never_left(error) or (request.method == "GET" and broken)


def _named_wait(response: requests.Response) -> float:
    try:
        return min(MOST_WAIT, float(response.headers["Retry-After"]))
    except (KeyError, ValueError):  # not there, or a date
        return 0.0
