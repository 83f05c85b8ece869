"""Find the address of Canvas and its token, in the environment or the keyring of the system."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from mlgrade.errors import UsageError
from mlgrade.text import one_line

TOKEN, URL = "CANVAS_API_TOKEN", "CANVAS_API_URL"
SERVICE = "mlgrade"
Keyring = Callable[[str], "str | None"]  # host -> token


class Access:
    """An address and its token. It prints without the token."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token

    @property
    def host(self) -> str:
        """Return the host, with its port."""
        return urlsplit(self.url).netloc

    @property
    def plain(self) -> bool:
        """Return whether it is http, which only a server on this machine may be."""
        return self.url.startswith("http:")

    def __repr__(self) -> str:
        return f"Access({self.url!r}, ...)"


def access(url: str | None, environment: Mapping[str, str], keyring: Keyring) -> Access:
    """Return the given address, else that of the environment, with the token of the environment or the keyring."""
    if not (given := url or environment.get(URL, "")):
        raise UsageError(f"where is Canvas? Give --url https://canvas.example.edu or set {URL}")
    where = address(given)
    host = urlsplit(where).netloc
    token = (environment.get(TOKEN, "") or keyring(host) or "").strip()
    if not token:
        raise UsageError(f"no token: set {TOKEN}, or store one with: keyring set {SERVICE} {host}")
    # An HTTP header cannot carry anything else, and the library's complaint would print it.
    if not re.fullmatch(r"[!-~]{1,512}", token):
        raise UsageError("the token holds a blank, a line end or a letter that no token has; copy it again, alone")
    return Access(where, token)


def address(text: str) -> str:
    """Return scheme and host of a Canvas. Errors do not repeat an address that could hold a password."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError("--url: not an address; write it as https://canvas.example.edu") from None
    if parts.username is not None or parts.query or parts.fragment or parts.path.rstrip("/") not in ("", "/api/v1"):
        raise UsageError("--url: only scheme and host, such as https://canvas.example.edu")
    if parts.scheme not in ("https", "http") or not re.fullmatch(r"[a-z0-9.:-]+", host):
        raise UsageError(f'--url: "{one_line(text)}" is not an address such as https://canvas.example.edu')
    if parts.scheme == "http" and not _here(host):
        raise UsageError(f"--url: http would send the token readable by others; use https://{host}")
    bracketed = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{bracketed}" + (f":{port}" if port else "")


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def system_keyring(host: str) -> str | None:
    """Return the token that the keyring of the system has for this host, or None."""
    import keyring
    from keyring.errors import KeyringError, NoKeyringError

    try:
        return keyring.get_password(SERVICE, host)
    except NoKeyringError:  # a server without a desktop: nothing to ask
        return None
    except KeyringError as error:
        raise UsageError(f"the keyring does not answer ({type(error).__name__}); unlock it, or set {TOKEN}") from None
