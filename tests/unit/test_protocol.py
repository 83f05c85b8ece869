"""The codec: what crosses the layer, what is refused, and what hostile bytes can cost."""

from __future__ import annotations

import enum
import math
import time
import tracemalloc
from collections import Counter, OrderedDict, defaultdict, namedtuple
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade.errors import ProtocolError
from mlgrade.sandbox.codec import DTYPES, Reader, Writer
from mlgrade.sandbox.protocol import (
    HEADER_BYTES,
    LENGTHS,
    After,
    Answer,
    Asks,
    Call,
    Fault,
    Frame,
    Function,
    Load,
    Loaded,
    Returned,
    UnsendableError,
    lengths,
    pack,
    unpack_reply,
    unpack_request,
)

MIB = 1024 * 1024


def crossed(value: Any, most: int = MIB) -> Any:
    """The value as the other end reads it, over the real bytes of a frame."""
    writer = Writer(most)
    head = pack(Returned(value=writer.node(value)), writer.blob)
    header, blob = lengths(head[: LENGTHS.size], most)
    assert (header, blob) == (len(head) - LENGTHS.size, len(writer.blob))
    reply = unpack_reply(head[LENGTHS.size :])
    assert isinstance(reply, Returned)
    return read(reply.value, bytes(writer.blob))


def read(node: Any, blob: bytes = b"") -> Any:
    reader = Reader(blob)
    value = reader.value(node)
    reader.done()
    return value


def equal(a: Any, b: Any) -> bool:
    """Equal in type, dtype, shape and bits; nan equals nan."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if isinstance(a, np.generic):
        return a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict):
        return equal(list(a.items()), list(b.items()))
    return repr(a) == repr(b)


# -- refusals -------------------------------------------------------------------------------------------------


class Whatever:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def endless() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


UNSENDABLE = {
    "object": (Whatever(), 'an object of type "Whatever"'),
    "generator": ((number for number in ()), "a generator"),
    "function": (lambda: None, "a function"),
    "builtin": (len, 'an object of type "builtin_function_or_method"'),
    "class": (Whatever, "a class"),
    "set": ({1}, "a set"),
    "bytes": (b"1", 'an object of type "bytes"'),
    "range": (range(3), 'an object of type "range"'),
    "big int": (2**64, "a whole number of more than 64 bits"),
    "small int": (-(2**63) - 1, "a whole number of more than 64 bits"),
    "object array": (np.array([None]), "an array of dtype object"),
    "0-d object array": (np.array(None), "an array of dtype object"),
    "text array": (np.array(["a"]), "an array of dtype <U1"),
    "records": (np.zeros(2, [("a", int)]), "an array of dtype [('a', '<i8')]"),
    "dates": (np.datetime64("2020-01-01"), "an array of dtype datetime64[D]"),
    "bytes scalar": (np.bytes_(b"x"), "an array of dtype |S1"),
    "too large": (np.zeros(MIB // 8 + 1), "an array of shape (131073,), which is too large"),
    "too large unread": (np.broadcast_to(1.0, (10**6, 10**6)), "which is too large"),
    "too large together": ([np.zeros(MIB // 16)] * 3, "which is too large"),
    "empty, and large all the same": (np.empty((2**31 - 1, 0)), "which is too large"),
    "empty with long axes": (np.empty((2048, 0, 1024)), "which is too large"),
    "numbers as keys without end": (dict.fromkeys(range(5001)), "a dict of more than 5000 keys that are not strings"),
    "too deep": (nested(40), "a value nested too deeply"),
    "holds itself": (endless(), "a value nested too deeply"),
    "object inside": ({"a": [(1, Whatever())]}, 'an object of type "Whatever"'),
    "tuple as key": ({(0, 1): 2}, "tuple"),
    "complex as key": ({1j: 2}, "complex"),
    "object as key": ({len: 1}, "builtin_function_or_method"),
    "too many parts": (list(range(400_000)), "a value with too many parts"),
}


@pytest.mark.parametrize(("value", "words"), UNSENDABLE.values(), ids=UNSENDABLE)
def test_not_plain_data(value: Any, words: str) -> None:
    """What is not plain data is refused with words for a student."""
    with pytest.raises(UnsendableError) as caught:
        crossed(value)
    assert words in str(caught.value)


@pytest.mark.skipif(not hasattr(np.dtypes, "StringDType"), reason="numpy 2 only")
def test_variable_width_text_array() -> None:
    """An array of numpy's variable-width strings is refused like other text arrays."""
    with pytest.raises(UnsendableError):
        crossed(np.array(["a"], dtype=np.dtypes.StringDType()))


def test_longdouble() -> None:
    """A float wider than 64 bits is refused where it has its own dtype, for its bits differ between machines."""
    if np.dtype(np.longdouble) == np.dtype(np.float64):
        assert crossed(np.longdouble(1)) == 1
    else:
        with pytest.raises(UnsendableError, match="an array of dtype"):
            crossed(np.longdouble(1))


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
@pytest.mark.parametrize("wrap", [str, lambda text: [text], lambda text: {text: 1}, np.str_])
def test_lone_surrogate(text: str, wrap: Callable[[str], Any]) -> None:
    """Text that has no UTF-8 form is refused or replaced, but never a Unicode error in the worker."""
    try:
        crossed(wrap(text))
    except UnsendableError:
        pass


def test_text_that_lies_about_itself() -> None:
    """A subclass of str whose __str__ returns itself crosses as text or is refused."""

    class Text(str):
        __slots__ = ()

        def __str__(self) -> str:
            return self

    try:
        assert crossed(Text("a")) == "a"
    except UnsendableError:
        pass


def test_callables_only_where_allowed() -> None:
    """A callable crosses only as a number, and only if the writer and the reader both expect one."""
    writer = Writer(0, callables=True)
    node = writer.node([len, abs])
    assert node == ["l", ["f", 0], ["f", 1]]
    assert writer.callables == [len, abs]
    with pytest.raises(ProtocolError, match="a function where none can be"):
        read(node)
    assert Reader(b"", writer.callables.__getitem__).value(node) == [len, abs]


def test_a_message_too_large_for_its_header() -> None:
    """A long string is refused by the sender, not by the receiver."""
    with pytest.raises(UnsendableError):
        pack(Returned(value="x" * (HEADER_BYTES + 1)))


# -- hostile nodes --------------------------------------------------------------------------------------------

BAD_NODES = {
    "empty": [],
    "unknown tag": ["x", 1],
    "tag is a number": [1, 1],
    "tag is a list": [[], 1],
    "tag is none": [None],
    "dunder": ["__class__"],
    "bytes": b"raw",
    "a map": {"a": 1},
    "extension": msgspec.msgpack.Ext(1, b"x"),
    "odd dict": ["d", 1],
    "dict of lists": ["d", ["l"], 1],
    "dict of dicts": ["d", ["d"], 1],
    "dict keyed by complex numbers": ["d", ["c", 1.0, 1.0], 1],
    "dict keyed by tuples": ["d", ["t", 1, 2], 1],
    "dict keyed by an array": ["d", ["a", "|b1", [0]], 1],
    "complex of one": ["c", 1.0],
    "complex of three": ["c", 1.0, 1.0, 1.0],
    "complex of ints": ["c", 1, 2],
    "complex of text": ["c", "1", "2"],
    "complex of bools": ["c", True, False],
    "array of nothing": ["a"],
    "array without shape": ["a", "<f8"],
    "array with extra": ["a", "<f8", [0], 0],
    "array of objects": ["a", "|O", [1]],
    "array of records": ["a", "<f8,<f8", [0]],
    "array of big endian": ["a", ">f8", [0]],
    "array of longdouble": ["a", "<f16", [0]],
    "array of text": ["a", "<U1", [0]],
    "array of no dtype": ["a", None, [0]],
    "array of list dtype": ["a", ["<f8"], [0]],
    "shape is a number": ["a", "<f8", 0],
    "shape is text": ["a", "<f8", "00"],
    "shape of text": ["a", "<f8", ["0"]],
    "shape of floats": ["a", "<f8", [0.0]],
    "shape of bools": ["a", "<f8", [False]],
    "shape of none": ["a", "<f8", [None]],
    "shape negative": ["a", "<f8", [-1]],
    "shape negative twice": ["a", "<f8", [-1, -1]],
    "shape too large": ["a", "<f8", [2**31]],
    "shape product overflows": ["a", "<f8", [2**30, 2**30, 2**30]],
    "shape product wraps to zero": ["a", "|i1", [2**22] * 3],
    "shape zero times all": ["a", "<f8", [0, *[2**30] * 4]],
    "too many axes": ["a", "<f8", [0] * 17],
    "far too many axes": ["a", "<f8", [1] * 70],
    "more than the blob": ["a", "|u1", [1]],
    "scalar of nothing": ["s"],
    "scalar of objects": ["s", "|O"],
    "scalar with extra": ["s", "<f8", 1],
    "scalar without bytes": ["s", "|b1"],
    "function": ["f", 0],
    "function by name": ["f", "__class__"],
    "bad inside a list": ["l", 1, ["l", ["x"]]],
    "bad inside a dict": ["d", "a", ["t", ["x"]]],
}


@pytest.mark.parametrize("node", BAD_NODES.values(), ids=BAD_NODES)
def test_hostile_node(node: Any) -> None:
    """A node that no honest worker sends is a ProtocolError."""
    with pytest.raises(ProtocolError):
        read(node)


def test_hostile_depth() -> None:
    """A node nested beyond the bound is refused before Python's own recursion limit is near."""
    node: list[Any] = ["l"]
    for _ in range(100):
        node = ["l", node]
    with pytest.raises(ProtocolError, match="too deeply"):
        read(node)


@pytest.mark.parametrize("number", [-1, True, 1.0, None, "0", [0]])
def test_hostile_callable_number(number: Any) -> None:
    """The reader of the worker hands on only whole numbers as the number of a callable."""
    seen: list[int] = []
    reader = Reader(b"", seen.append)
    if type(number) is int:
        reader.value(["f", number])
        assert seen == [number]
    else:
        with pytest.raises(ProtocolError):
            reader.value(["f", number])
        assert seen == []


def test_bytes_too_many() -> None:
    """Bytes of the blob that no array accounts for are refused."""
    with pytest.raises(ProtocolError, match="no array accounts for"):
        read(1, b"x")


def test_hostile_bool() -> None:
    """A byte that is neither 0 nor 1 becomes a true True."""
    array = read(["a", "|b1", [4]], bytes([0, 1, 2, 255]))
    assert array.view(np.uint8).tolist() == [0, 1, 1, 1]
    assert read(["s", "|b1"], b"\xff").tobytes() == b"\x01"


def test_dict_keys_that_collide() -> None:
    """A dict of keys with one and the same hash costs little more than another, so none can hold the grader up."""

    def seconds(real: Callable[[int], float]) -> float:
        node = ["d", *(part for i in range(3000) for part in (["c", real(i), float(i)], 1))]
        start = time.process_time()
        try:
            read(node)
        except ProtocolError:
            pass  # refused is cheap as well
        return time.process_time() - start

    usual = max(seconds(float) for _ in range(3))
    assert min(seconds(lambda i: -1000003.0 * i) for _ in range(3)) < 6 * usual + 0.01


# -- hostile frames -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "blob"), [(HEADER_BYTES + 1, 0), (0, 101), (2**32 - 1, 2**32 - 1), (2**32 - 1, 0), (0, 2**32 - 1)]
)
def test_lengths_out_of_bounds(header: int, blob: int) -> None:
    """A frame that claims more than it may hold is refused on sight of its lengths."""
    with pytest.raises(ProtocolError, match="a frame of"):
        lengths(LENGTHS.pack(header, blob), 100)
    assert lengths(LENGTHS.pack(HEADER_BYTES, 100), 100) == (HEADER_BYTES, 100)


VALUE = b"\x82\xa4type\xa8returned\xa5value"  # a Returned with one field; its node follows
CLAIMS = {
    "array": b"\xdd\xff\xff\xff\xff",
    "map": b"\xdf\xff\xff\xff\xff",
    "binary": b"\xc6\xff\xff\xff\xff",
    "text": b"\xdb\xff\xff\xff\xff",
    "extension": b"\xc9\xff\xff\xff\xff\x01",
    "a key that is an array": b"\x81\xdd\xff\xff\xff\xff",
    "lists of lists": b"\xdd\x00\x10\x00\x00" * 500,
    "array before a large shape": msgspec.msgpack.encode(["a", "<f8", [2**31 - 1, 2**31 - 1]]),
    "number before none": msgspec.msgpack.encode(["s", "<c16"]),
}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_huge_claims_allocate_nothing(claim: bytes) -> None:
    """What a frame claims to hold is not allocated before its bytes are there."""
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError):
            read(unpack_reply(VALUE + claim).value)
        assert tracemalloc.get_traced_memory()[1] < MIB
    finally:
        tracemalloc.stop()


@pytest.mark.full
@pytest.mark.parametrize("part", [b"\x80", b"\x93\xa1a\xa3|b1\x91\x00"], ids=["maps", "empty arrays"])
def test_a_full_header_unfolds_to_a_bounded_size(part: bytes) -> None:
    """The worst that a full header can unfold to stays near the bound that the module promises."""
    count = (HEADER_BYTES - 100) // len(part)
    node = b"\xdd" + (count + 1).to_bytes(4, "big") + b"\xa1l" + part * count
    tracemalloc.start()
    try:
        reply = unpack_reply(VALUE + node)
        try:
            read(reply.value)
        except ProtocolError:
            pass
        assert tracemalloc.get_traced_memory()[1] < 160 * MIB
    finally:
        tracemalloc.stop()


BAD_HEADERS = {
    "nothing": b"",
    "none": b"\xc0",
    "number": b"\x01",
    "empty list": b"\x90",
    "empty map": b"\x80",
    "no type": b"\x81\xa5value\xc0",
    "unknown type": b"\x81\xa4type\xa4evil",
    "type is a number": b"\x81\xa4type\x01",
    "a request": msgspec.msgpack.encode(Call(function="f", args=[], kwargs={})),
    "an answer": msgspec.msgpack.encode(Answer()),
    "trailing bytes": msgspec.msgpack.encode(Returned()) + b"\xc0",
    "bad utf-8": VALUE + b"\xa2\xff\xff",
    "unhashable key": VALUE + b"\x81\x80\x01",
    "timestamp out of range": VALUE + b"\xd7\xff" + b"\xff" * 8,
    "deep lists": VALUE + b"\x91" * 100_000,
    "deep maps": VALUE + b"\x81\x01" * 100_000,
    "deep keys": VALUE + b"\x81" * 100_000,
    "never used byte": VALUE + b"\xc1",
    "callable too high": msgspec.msgpack.encode(Asks(callable=101, args=[])),
    "callable negative": msgspec.msgpack.encode(Asks(callable=-1, args=[])),
    "too many arguments": msgspec.msgpack.encode(Asks(callable=0, args=[0] * 21)),
    "text too long": msgspec.msgpack.encode(Returned(output="x" * 25_001)),
    "word too long": msgspec.msgpack.encode(Returned(shares=["x" * 201])),
    "too many notes": msgspec.msgpack.encode(Returned(notes=["x"] * 21)),
    "line negative": msgspec.msgpack.encode(Returned(fault=Fault(type="E", bases=[], message="", line=-1))),
    "line not a number": msgspec.msgpack.encode(Returned(fault=Fault(type="E", bases=[], message="", line="1"))),
    "frames too many": msgspec.msgpack.encode(
        Returned(fault=Fault(type="E", bases=[], message="", frames=[Frame(1, "f")] * 41))
    ),
    "functions too many": msgspec.msgpack.encode(
        Loaded(functions={str(number): Function(defined=True) for number in range(101)})
    ),
    "function is none": msgspec.msgpack.encode({"type": "loaded", "functions": {"f": None}}),
}


@pytest.mark.parametrize("header", BAD_HEADERS.values(), ids=BAD_HEADERS)
def test_hostile_header(header: bytes) -> None:
    """A header that is not one of the three replies within its bounds is a ProtocolError."""
    with pytest.raises(ProtocolError, match="not a message"):
        unpack_reply(header)


# -- fuzz -----------------------------------------------------------------------------------------------------

NODES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(st.sampled_from("ltdcasf"), inner, inner).map(list)
        | st.tuples(st.just("a"), st.sampled_from(list(DTYPES)), st.lists(st.integers(-1, 3), max_size=3)).map(list)
        | st.tuples(st.just("s"), st.sampled_from(list(DTYPES))).map(list)
        | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=12,
)
GOOD_HEADERS = [
    msgspec.msgpack.encode(message)
    for message in (
        Returned(
            value=["d", "a", ["a", "<f8", [2, 3]], "b", ["t", ["c", 1.0, 2.0], ["s", "<i8"], None]],
            after=[After(["a", "<f8", [2]], 16), After(None, 0)],
            shares=["z"],
            output="said",
            notes=["softmax.py:3: RuntimeWarning: overflow"],
        ),
        Returned(fault=Fault(type="E", bases=["ValueError"], message="m", frames=[Frame(3, "f")], shapes=["z: shape"])),
        Loaded(functions={"f": Function(defined=True, line=3, signature="(z)")}, names=["f", "g"]),
        Asks(callable=0, args=[["a", "<f8", [2]], 1], kwargs={"x": ["l", 1]}),
    )
]
EDITS = st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=6), st.integers(0, 6)), min_size=1, max_size=4)


def edited(data: bytes, edits: list[tuple[int, bytes, int]]) -> bytes:
    for at, put, cut in edits:
        start = at % (len(data) + 1)
        data = data[:start] + put + data[start + cut :]
    return data


def harmless(header: bytes, blob: bytes) -> None:
    """Read a reply as the host does, minding nothing but its own error."""
    try:
        reply = unpack_reply(header)
        nodes = {Returned: lambda: [reply.value], Asks: lambda: [*reply.args, *reply.kwargs.values()]}
        for node in nodes.get(type(reply), list)():
            read(node, blob)
    except ProtocolError:
        pass


@given(st.binary(min_size=8, max_size=8), st.integers(0, 2**32))
def test_fuzz_lengths(prefix: bytes, most: int) -> None:
    """Eight bytes are two lengths within the bounds, or a ProtocolError."""
    try:
        header, blob = lengths(prefix, most)
    except ProtocolError:
        return
    assert 0 <= header <= HEADER_BYTES
    assert 0 <= blob <= most


@given(st.binary(max_size=200), st.binary(max_size=64))
def test_fuzz_random_header(header: bytes, blob: bytes) -> None:
    """Random bytes raise nothing but ProtocolError."""
    harmless(header, blob)
    harmless(VALUE + header, blob)


@given(st.sampled_from(GOOD_HEADERS), EDITS, st.binary(max_size=64))
def test_fuzz_mutated_header(header: bytes, edits: list[tuple[int, bytes, int]], blob: bytes) -> None:
    """Valid headers with some bytes changed, lost or put in raise nothing but ProtocolError."""
    harmless(edited(header, edits), blob)


@given(NODES, st.binary(max_size=64))
def test_fuzz_node(node: Any, blob: bytes) -> None:
    """A made-up node becomes plain data that could be sent again, or a ProtocolError."""
    try:
        value = read(node, blob)
    except ProtocolError:
        return
    assert equal(crossed(value), value)


# -- round trips ----------------------------------------------------------------------------------------------

KINDS = [*DTYPES, ">i2", ">i4", ">i8", ">u2", ">u4", ">u8", ">f2", ">f4", ">f8", ">c8", ">c16"]
SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)
WHOLE = st.integers(-(2**63), 2**64 - 1)


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray[Any, Any]:
    """Any bits (nan, inf and all) under any dtype and shape; C or Fortran order, strided or reversed."""
    dtype, shape = np.dtype(draw(st.sampled_from(KINDS))), draw(SHAPES)
    size = math.prod(shape) * dtype.itemsize
    raw = np.frombuffer(draw(st.binary(min_size=size, max_size=size)), np.uint8)
    array = (raw % 2).astype(bool) if dtype.kind == "b" else raw.view(dtype)
    array = array.reshape(shape)
    turned = draw(st.sampled_from([np.ascontiguousarray, np.asfortranarray, np.transpose, np.flip]))(array)
    return np.asarray(turned).reshape(shape[::-1] if turned.shape == shape[::-1] else shape)


KEYS = st.text(max_size=5) | WHOLE | st.booleans() | st.none() | st.floats(allow_nan=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | WHOLE | st.floats() | st.text(max_size=20) | st.complex_numbers() | arrays(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=10,
)


@given(PLAIN)
def test_plain_data_crosses(value: Any) -> None:
    """Plain data arrives as it was: types, nesting, order of keys, shapes and every bit."""
    arrived = crossed(value)
    assert equal(arrived, little(value))


def little(value: Any) -> Any:
    """The same with each array in the byte order and layout in which it arrives."""
    if isinstance(value, np.ndarray):
        return value.astype(value.dtype.newbyteorder("<")).copy(order="C")
    if isinstance(value, (list, tuple)):
        return type(value)(little(item) for item in value)
    if isinstance(value, dict):
        return {key: little(item) for key, item in value.items()}
    return value


@given(arrays())
def test_arrays_arrive_fresh(array: np.ndarray[Any, Any]) -> None:
    """An array arrives writable, in C order, with values equal to those sent, and shares nothing with the sent one."""
    arrived = crossed(array)
    assert arrived.flags.writeable
    assert arrived.flags.c_contiguous
    assert arrived.shape == array.shape
    np.testing.assert_array_equal(arrived, array)
    assert not np.shares_memory(arrived, array)


@pytest.mark.parametrize("kind", KINDS)
def test_numpy_scalars(kind: str) -> None:
    """A numpy scalar stays a numpy scalar of its dtype."""
    value = np.ones(1, kind)[0]
    arrived = crossed(value)
    assert type(arrived) is type(value)
    assert arrived == value


@pytest.mark.parametrize("kind", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (3, 0), (1,) * 16])
def test_odd_shapes(kind: str, shape: tuple[int, ...]) -> None:
    """0-d and empty arrays and arrays of many axes keep dtype and shape."""
    arrived = crossed(np.ones(shape, kind))
    assert (arrived.dtype.str, arrived.shape) == (kind, shape)


class Colour(enum.IntEnum):
    RED = 3


Point = namedtuple("Point", "x y")

BECOMES = {
    "enum": (Colour.RED, 3),
    "named tuple": (Point(1, 2), (1, 2)),
    "counter": (Counter("aab"), {"a": 2, "b": 1}),
    "ordered": (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
    "default": (defaultdict(list, a=[1]), {"a": [1]}),
    "numpy text": (np.str_("é"), "é"),
    "matrix row": (np.ma.masked_array([1, 2], [0, 1]), np.array([1, 2])),
    "largest": (2**64 - 1, 2**64 - 1),
    "smallest": (-(2**63), -(2**63)),
    "minus zero": (-0.0, -0.0),
    "nan": (math.nan, math.nan),
    "infinite": (-math.inf, -math.inf),
    "complex nan": (complex(math.nan, -0.0), complex(math.nan, -0.0)),
    "tag as text": (["l", "a", "<f8"], ["l", "a", "<f8"]),
    "deepest": (nested(31), nested(31)),
}


@pytest.mark.parametrize(("value", "becomes"), BECOMES.values(), ids=BECOMES)
def test_becomes_plain(value: Any, becomes: Any) -> None:
    """Kinds of int, list, tuple and dict arrive as the plain one, and edge values as themselves."""
    assert equal(crossed(value), becomes)


@pytest.mark.parametrize("key", [np.int64(1), np.float64(0.5), np.uint8(2), np.float32(0.5), np.True_, np.str_("a")])
def test_labels_as_keys(key: Any) -> None:
    """Keys that came out of an array, such as labels from np.unique, arrive as keys equal to them."""
    assert crossed({key: "x"}) == {key: "x"}


REQUESTS = [
    Load(source=b"\xff\x00", name="n", filename="f.py", functions=["f"], imports=["stdlib"], forbid=[]),
    Call(function="f", args=[1, ["l"]], kwargs={"a": None}),
    Answer(value=1.5),
    Answer(error="no"),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_requests_cross(request_: Load | Call | Answer) -> None:
    """Each request arrives as it was sent."""
    assert unpack_request(pack(request_)[LENGTHS.size :]) == request_


def test_replies_cross() -> None:
    """Each reply arrives as it was sent."""
    for header in GOOD_HEADERS:
        assert msgspec.msgpack.encode(unpack_reply(header)) == header
