"""What crosses the layer: frames, and the messages in them. Values are the affair of `codec`.

A frame is eight bytes of length (header, blob), a msgpack header and a blob. Arrays travel as raw bytes in the
blob, in the order in which the header names them; everything else is in the header. The two lengths are checked
before a byte of either is read, and the header's bound keeps what it can unfold to (a list costs one byte on the
wire and about sixty in memory) near 64 MiB.
"""

from __future__ import annotations

import struct
from typing import Annotated, Any

import msgspec

from mlgrade.errors import ProtocolError
from mlgrade.sandbox.limits import Limits

HEADER_BYTES = 1024 * 1024
MOST_ARGUMENTS = 20  # of a callback
MOST_FAILED = 5  # cells of a notebook whose faults are told
FAILED = (
    "!"  # how a worker begins that cannot isolate itself; else it names its layers: a byte for the length, and text
)
LENGTHS = struct.Struct(">II")

Text = Annotated[str, msgspec.Meta(max_length=25_000)]
Message = Annotated[str, msgspec.Meta(max_length=2_000)]
Word = Annotated[str, msgspec.Meta(max_length=200)]
Line = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
Node = Any  # a value as `codec` encodes it


class UnsendableError(Exception):
    """A value that is not plain data; its text says what it is, in words for a student."""


def sayable(text: object, most: int) -> str:
    """Cut a text to what may cross, with half characters spelled out."""
    return str(text)[:most].encode("utf-8", "backslashreplace").decode()[:most]


# -- messages -------------------------------------------------------------------------------------------------


class Load(msgspec.Struct, tag="load", frozen=True, kw_only=True):
    """Load a source."""

    source: bytes  # crosses as the blob of its frame
    name: str
    filename: str
    functions: list[str]
    imports: list[str]  # top-level names that may be imported; "stdlib" stands for the standard library
    forbid: list[str]  # dotted names that answer with a sentence instead of a value
    cells: list[int] = []  # first lines of a notebook's cells; of a file that is one piece, none


class Call(msgspec.Struct, tag="call", frozen=True, kw_only=True):
    """Call a function."""

    function: str
    args: list[Node]
    kwargs: dict[str, Node]


class Answer(msgspec.Struct, tag="answer", frozen=True, kw_only=True):
    """What a callable argument gave when it was called back in the trusted process."""

    value: Node = None
    error: str = ""


class Frame(msgspec.Struct, frozen=True):
    """A line of the student's file in a traceback."""

    line: Line
    function: Word


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """An exception of the student's code. `bases` are the built-in classes that it is an instance of."""

    type: Word
    bases: Annotated[list[Word], msgspec.Meta(max_length=20)]
    message: Message
    frames: Annotated[list[Frame], msgspec.Meta(max_length=40)] = []
    shapes: Annotated[list[Word], msgspec.Meta(max_length=20)] = []
    line: Line = 0  # of a syntax error
    column: Line = 0
    unbound: bool = False  # the arguments did not fit the signature; no line of the student's ran


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """What the file defines under a name that is asked for."""

    defined: bool
    stub: bool = False
    line: Line = 0
    signature: Word = ""


class FailedCell(msgspec.Struct, frozen=True, kw_only=True):
    """A cell of a notebook that raised."""

    line: Line  # the first one of the cell
    fault: Fault


class Loaded(msgspec.Struct, tag="loaded", frozen=True, kw_only=True):
    """The reply to Load."""

    functions: Annotated[dict[Word, Function], msgspec.Meta(max_length=100)]
    names: Annotated[list[Word], msgspec.Meta(max_length=200)] = []
    fault: Fault | None = None  # what ended the file
    failed: Annotated[list[FailedCell], msgspec.Meta(max_length=MOST_FAILED)] = []  # the first ones of a notebook
    output: Text = ""
    notes: Annotated[list[Word], msgspec.Meta(max_length=20)] = []


UNREADABLE: Node = []  # in the place of an argument that is no longer plain data


class After(msgspec.Struct, frozen=True, array_like=True):
    """An argument as it was after the call, and how many bytes of the blob are its arrays."""

    node: Node
    size: Annotated[int, msgspec.Meta(ge=0)]


class Returned(msgspec.Struct, tag="returned", frozen=True, kw_only=True):
    """What a call came to. The blob holds the arrays of `after`, then those of `value`."""

    value: Node = None
    after: list[After] = []  # positional arguments first; compared with what was sent by whoever sent it
    shares: Annotated[list[Word], msgspec.Meta(max_length=50)] = []
    unusable: Text = ""
    fault: Fault | None = None
    output: Text = ""
    notes: Annotated[list[Word], msgspec.Meta(max_length=20)] = []


class Asks(msgspec.Struct, tag="asks", frozen=True, kw_only=True):
    """The student's code calls the n-th callable that it was given."""

    callable: Annotated[int, msgspec.Meta(ge=0, le=100)]
    args: Annotated[list[Node], msgspec.Meta(max_length=MOST_ARGUMENTS)]
    kwargs: dict[Word, Node] = {}


Request = Load | Call | Answer
Reply = Loaded | Returned | Asks
_requests = msgspec.msgpack.Decoder(Request)
_replies = msgspec.msgpack.Decoder(Reply)
_encoder = msgspec.msgpack.Encoder()


# -- frames ---------------------------------------------------------------------------------------------------


def pack(message: Request | Reply, blob: bytes | bytearray = b"", *, more: int = 0) -> bytes:
    """Make the head of a frame; the blob follows it on the wire, uncopied.

    `more` is the room that a reply may take beside its own: for the arguments that it gives back.
    """
    header = _encoder.encode(message)
    if len(header) > HEADER_BYTES + more:
        raise UnsendableError("a value with too many parts")
    return LENGTHS.pack(len(header), len(blob)) + header


def lengths(prefix: bytes, most: int, *, more: int = 0) -> tuple[int, int]:
    """Read a frame's two lengths, or refuse them before anything is allocated."""
    header, blob = LENGTHS.unpack(prefix)
    if header > HEADER_BYTES + more or blob > most:
        raise ProtocolError(f"a frame of {header} + {blob} bytes")
    return header, blob


def equal(a: Node, b: Node) -> bool:
    """Whether two nodes are the same to the bit: 1 is neither True nor 1.0 here, and nan is itself."""
    return encoded(a) == encoded(b)


def encoded(node: Node) -> bytes:
    """Return a node as bytes."""
    return _encoder.encode(node)


def unpack_reply(header: bytes) -> Reply:
    """Read a reply. Raises ProtocolError."""
    reply: Reply = _unpack(_replies, header)
    return reply


def unpack_request(header: bytes) -> Request:
    """Read a request. Raises ProtocolError."""
    request: Request = _unpack(_requests, header)
    return request


def _unpack(decoder: msgspec.msgpack.Decoder[Any], header: bytes) -> Any:
    try:
        return decoder.decode(header)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, ValueError, OverflowError) as error:
        raise ProtocolError(f"not a message: {error}") from None


# -- what the grader makes of a reply, or of none --------------------------------------------------------------


class TimedOut(msgspec.Struct, frozen=True, kw_only=True):
    """A call that took longer than it may."""

    seconds: float
    line: int = 0  # of the student's file, where the worker was when it was stopped


class Died(msgspec.Struct, frozen=True, kw_only=True):
    """A worker that ended in a call."""

    how: str


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """What a call gave. `value` is plain data; `unusable` says what it was when it was not."""

    value: Any = None
    unusable: str = ""
    changed: list[str] = []
    shares: list[str] = []
    output: str = ""
    notes: list[str] = []


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """A call that raised."""

    fault: Fault
    changed: list[str] = []
    output: str = ""
    notes: list[str] = []


Result = Value | Raised | TimedOut | Died


# -- between the grader and its fork server, both ours ---------------------------------------------------------


class Start(msgspec.Struct, frozen=True, tag="start"):
    """Fork a worker; its pipes come along. Answered by its process id."""

    limits: Limits
    scratch: str


class End(msgspec.Struct, frozen=True, tag="end"):
    """Clear away a worker that was killed, and its folder. Answered by how it ended, if asked."""

    pid: int
    scratch: str
    asked: bool = False
