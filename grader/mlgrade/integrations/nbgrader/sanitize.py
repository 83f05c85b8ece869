"""Make the Markdown of students harmless.

nbgrader's pages (feedback, formgrader) render Markdown with raw HTML in it and without a sanitizer, and show stored
outputs as they are. Theory: nothing is a tag unless a `<` touches a letter, `/`, `!` or `?`; nothing is a link unless
`](` or `]:` stand together, and a picture unless `![` do; nothing is another character in disguise unless a `&` touches
`#` or a name. A space between them costs a reader little and leaves formulae, code and arithmetic as they were. Links
keep working where they go to a web page, a mail address or a heading, and pictures where they are in the notebook
itself: one from elsewhere would tell its owner who reads, and when. All of it is a few passes of plain patterns, so
that no text makes it slow; the tests render what comes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from nbformat.v4 import new_output

MOST_CHARS = 100_000  # of one Markdown cell, or one printed output
MOST_PICTURE = 4 * 1024 * 1024
MOST_OUTPUTS = 50
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_LINK = re.compile(r"\](?=[(:](?!\s{0,9}(?:https?://|mailto:|#|attachment:)))", re.IGNORECASE)
_IMAGE = re.compile(r"!(?=\[)(?:(?=\[[^\[\]\\`$<\n]{0,200}\]\(attachment:([A-Za-z0-9_.-]{1,100})\)))?")
_PICTURE = re.compile(r"\](?=[(:]\s{0,9}attachment:([^\s)]*))", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_REFERENCE = re.compile(r"&(?=#|[A-Za-z][A-Za-z0-9]*;)")  # a browser reads it, and MathJax after it: `&#36;` is a `$`
_COMMAND = re.compile(r"\\(?=(?:href|require|style|class|cssId|unicode|data|html[A-Za-z]*)(?![A-Za-z]))")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def markdown(text: str, pictures: Iterable[str] = ()) -> str:
    """The text with every tag, reference and active command of MathJax, and links to elsewhere, pulled apart."""
    known = set(pictures)
    text = _REFERENCE.sub("& ", _TAG.sub("< ", _cut(text)))
    text = _IMAGE.sub(lambda found: "!" if found[1] in known else "! ", text)
    text = _LINK.sub("] ", text)
    text = _PICTURE.sub(lambda found: "]" if found[1] in known else "] ", text)
    return _COMMAND.sub(r"\\ ", text)


def attachments(given: object) -> dict[str, dict[str, str]]:
    """The pictures in a Markdown cell, without those that are programs (SVG) or no pictures at all."""
    if not isinstance(given, Mapping):
        return {}
    found = {name: _pictures(data) for name, data in given.items() if isinstance(name, str) and _NAME.fullmatch(name)}
    return {name: data for name, data in found.items() if data}


def outputs(given: object) -> list[Any]:
    """Stored outputs as text and pictures; what is neither is left out."""
    listed = given[:MOST_OUTPUTS] if isinstance(given, list) else []
    shown = (_output(output) for output in listed if isinstance(output, Mapping))
    return [output for output in shown if output is not None]


def _output(output: Mapping[str, Any]) -> Any:
    match output.get("output_type"):
        case "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            return new_output("stream", name=name, text=_joined(output.get("text")))
        case "error":
            trace = output.get("traceback")
            lines = [_joined(line) for line in trace[:100]] if isinstance(trace, list) else []
            return new_output("error", ename="error", evalue="", traceback=lines)
        case "execute_result" | "display_data":
            data = output.get("data")
            shown = _shown(data) if isinstance(data, Mapping) else {}
            return new_output("display_data", data=shown) if shown else None
    return None


def _shown(data: Mapping[str, Any]) -> dict[str, str]:
    text = _joined(data.get("text/plain"))
    return _pictures(data) | ({"text/plain": text} if text else {})


def _pictures(data: object) -> dict[str, str]:
    if not isinstance(data, Mapping):
        return {}
    return {kind: data[kind] for kind in PICTURES if _is_picture(data.get(kind))}


def _is_picture(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MOST_PICTURE and bool(_BASE64.fullmatch(value))


def _joined(text: object) -> str:
    if isinstance(text, list):
        text = "".join(part for part in text if isinstance(part, str))
    return _cut(text.encode(errors="replace").decode()) if isinstance(text, str) else ""


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARS else f"{text[:MOST_CHARS]}\n... (cut)"
