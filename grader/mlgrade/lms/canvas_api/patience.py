"""How often a request is made again. One rule for all of them, below canvasapi.

- Canvas refused it for the rate (429, or 403 with those words): it was turned away at the door, so any request is made
  again, after the time that Canvas names or a growing one.
- Asking changes nothing, so a GET is made again after a server error (5xx), a timeout or a broken connection.
- A POST is made again only if no connection came about, so that nothing of it can have arrived.
- An address that has not answered once is more likely mistyped than tired: nothing is made again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from requests import PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as Unconnected
from requests.exceptions import ConnectTimeout, SSLError, Timeout
from urllib3.exceptions import NewConnectionError

WAITS = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
MOST_WAIT = 120.0  # however long a server says that one should wait
CONNECT_SECONDS, READ_SECONDS = 10.0, 60.0
LOW, REST = 100.0, 5.0  # below this rest of the quota, a pause of so many seconds: it fills up by itself
REFUSED, SERVER_ERROR = (403, 429), 500
Sleep = Callable[[float], None]
Seconds = float | tuple[float | None, float | None] | None


class Patient(HTTPAdapter):
    def __init__(self, sleep: Sleep) -> None:
        super().__init__(max_retries=0)
        self._sleep, self._answered = sleep, False

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Seconds = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        for wait in WAITS:
            try:
                response = self._once(request, stream, timeout, verify, cert, proxies)
            except RequestException as error:
                if not self._answered or not _again_after(error, request):
                    raise
                self._sleep(wait)
                continue
            if not too_many(response) and not (request.method == "GET" and response.status_code >= SERVER_ERROR):
                return self._rested(response)
            self._sleep(max(wait, _named_wait(response)))
        return self._once(request, stream, timeout, verify, cert, proxies)

    def _once(self, request: PreparedRequest, stream: bool, timeout: Seconds, *how: object) -> Response:
        if request.method != "GET":
            # A connection that the server has just given up would leave open whether the request arrived.
            self.close()
        limits = timeout or (CONNECT_SECONDS, READ_SECONDS)
        response = super().send(request, stream, limits, *how)  # type: ignore[arg-type]  # passed on as they came
        self._answered = True
        return response

    def _rested(self, response: Response) -> Response:
        if (left := _number(response, "X-Rate-Limit-Remaining")) is not None and left < LOW:
            self._sleep(REST)
        return response


def too_many(response: Response) -> bool:
    return response.status_code == REFUSED[1] or (
        response.status_code == REFUSED[0] and "rate limit exceeded" in response.text.lower()
    )


def never_left(error: RequestException) -> bool:
    """Whether no connection came about, so that nothing was sent."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, ConnectTimeout) or isinstance(reason, NewConnectionError)


def _again_after(error: RequestException, request: PreparedRequest) -> bool:
    if isinstance(error, SSLError):
        return False  # whoever answers there is not who we want to talk to
    return never_left(error) or (request.method == "GET" and isinstance(error, Unconnected | Timeout))


def _named_wait(response: Response) -> float:
    return min(MOST_WAIT, _number(response, "Retry-After") or 0.0)


def _number(response: Response, header: str) -> float | None:
    try:
        return float(response.headers[header])
    except (KeyError, ValueError):  # not there, or a date
        return None
