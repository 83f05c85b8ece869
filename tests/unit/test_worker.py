"""Real workers: what a file may be, what a call gives, and what student code cannot do to the host."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from mlgrade.errors import SandboxError
from mlgrade.sandbox.attempt import NotTried, WorkerSession
from mlgrade.sandbox.fork_server import ForkServer
from mlgrade.sandbox.host import Host, Worker
from mlgrade.sandbox.isolation import landlock
from mlgrade.sandbox.limits import MIB, Limits
from mlgrade.sandbox.protocol import (
    Died,
    Fault,
    Function,
    Load,
    Loaded,
    Raised,
    Result,
    TimedOut,
    UnsendableError,
    Value,
)
from mlgrade.sandbox.starting import FreshProcess, Launcher, ending

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forked workers and /proc are Linux's")
PLENTY = 20.0  # seconds for a call that ends by itself, on however busy a machine
LIMITS = Limits(import_seconds=PLENTY, call_seconds=PLENTY)


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host(ForkServer()) as host:
        yield host


def request(source: str | bytes, **changes: Any) -> Load:
    fields: dict[str, Any] = {
        "source": source.encode() if isinstance(source, str) else source,
        "name": "softmax",
        "filename": "softmax.py",
        "functions": ["f"],
        "imports": ["stdlib", "numpy"],
        "forbid": [],
    }
    return Load(**(fields | changes))


@contextlib.contextmanager
def working(host: Host, source: str | bytes, limits: Limits = LIMITS, **changes: Any) -> Iterator[Worker]:
    """A worker with this source loaded without a fault."""
    worker = host.worker(limits)
    try:
        loaded = worker.load(request(source, **changes))
        assert isinstance(loaded, Loaded)
        assert loaded.fault is None
        yield worker
    finally:
        worker.close()


def called(
    host: Host, source: str | bytes, *args: Any, seconds: float = PLENTY, limits: Limits = LIMITS, **changes: Any
) -> Result:
    with working(host, source, limits, **changes) as worker:
        return worker.call("f", args, {}, seconds)


def value(result: Result) -> Any:
    assert isinstance(result, Value), result
    assert result.unusable == ""
    return result.value


def fault(result: Result) -> Fault:
    assert isinstance(result, Raised), result
    return result.fault


def loaded(host: Host, source: str | bytes, limits: Limits = LIMITS, **changes: Any) -> Loaded | TimedOut | Died:
    worker = host.worker(limits)
    try:
        return worker.load(request(source, **changes))
    finally:
        worker.close()


def import_fault(host: Host, source: str | bytes, **changes: Any) -> Fault:
    reply = loaded(host, source, **changes)
    assert isinstance(reply, Loaded), reply
    assert reply.fault is not None
    return reply.fault


def processes(launcher: Launcher) -> set[int]:
    """All living processes that descend from this launcher, told by the scratch folder in their environment."""
    mark = f"HOME={launcher._scratch.path}".encode()  # type: ignore[attr-defined]
    found = set()
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes():
                found.add(int(entry.name))
    return found


def survivors(launcher: Launcher, expected: int = 0) -> int:
    """How many are left once the kernel has had the time to reap the killed. Those left are ended here."""
    end = time.monotonic() + 0.5
    while len(left := processes(launcher)) > expected and time.monotonic() < end:
        time.sleep(0.01)
    if not expected:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    return len(left)


# -- the host always gets a result ----------------------------------------------------------------------------

BODIES = {  # the body of f, and what the call must end as
    "sys.exit(0)": ("import sys; sys.exit(0)", Raised),
    "raise SystemExit": ("raise SystemExit", Raised),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", Raised),
    "GeneratorExit": ("raise GeneratorExit", Raised),
    "input": ("return input('name? ')", Raised),
    "recursion": ("return f()", Raised),
    "recursion in C": ("import sys; sys.setrecursionlimit(10**9); return repr(Loop())", (Raised, Died)),
    "os._exit(0)": ("os._exit(0)", Died),
    "os.abort": ("os.abort()", Died),
    "segfault": ("import ctypes; ctypes.string_at(0)", Died),
    "kills itself": ("os.kill(os.getpid(), 9)", Raised),  # the filter lets nobody signal anybody
    "terminates its group": ("os.killpg(0, 15)", Raised),
    "stops itself": ("import signal; os.kill(os.getpid(), signal.SIGSTOP)", Raised),
    "endless": ("while True: pass", TimedOut),
    "catches all": ("while True:\n        try: raise ValueError\n        except BaseException: pass", TimedOut),
    "sleeps in C with the GIL": ("import ctypes; ctypes.PyDLL(None).sleep(100)", TimedOut),
    "ignores signals": (
        "import signal\n    for s in {2, 10, 15}: signal.signal(s, signal.SIG_IGN)\n    while True: pass",
        TimedOut,
    ),
    "closes descriptors": ("os.closerange(0, 4096)", (Died, Raised)),
    "writes into every descriptor": (
        "for n in range(3, 4096):\n        try: os.write(n, b'{\"garbage\"' * 9)\n        except OSError: pass",
        Died,
    ),
    "reads from every descriptor": (
        "for n in range(3, 4096):\n        try: os.set_blocking(n, False); os.read(n, 9)\n        except OSError: pass",
        (Value, Died, TimedOut),
    ),
    "closes sys.stdout": ("import sys; sys.stdout = sys.stdin = sys.stderr = None; return 1", Value),
    "memory": ("return np.ones(10**11)", Raised),
    "memory in steps": ("kept = []\n    while True: kept.append(np.empty(2**26))", (Raised, Died)),
    "a file without end": ("g = open('big', 'wb')\n    for _ in range(100): g.write(bytes(2**20))", Raised),
    "an exception whose __str__ raises": ("raise Unspeakable", Raised),
    "an exception whose __str__ exits": ("raise Exit", (Raised, Died)),
    "an exception with a 10 MB message": ("raise ValueError('x' * 10**7)", Raised),
    "a syntax error of its own": ("raise SyntaxError('no', ('softmax.py', -5, 10**30, ''))", (Raised, Died)),
    "an object that equals all": ("return Equal()", Value),
    "a list that cannot be read": ("return Unreadable([1])", (Value, Raised)),
    "a dict that cannot be read": ("return UnreadableDict(a=1)", (Value, Raised)),
    "its own protocol": ("import sys; sys.modules['mlgrade.sandbox.protocol'] = None; return 1", Value),
    "a generator without end": ("return iter(int, 1)", Value),
}
HELPERS = """
import os
import numpy as np
class Equal:
    __hash__ = None
    def __eq__(self, other): return True
class Loop:
    def __repr__(self): return repr(self)
class Unspeakable(Exception):
    def __str__(self): raise ValueError("no words")
class Exit(Exception):
    def __str__(self): os._exit(3)
class Unreadable(list):
    def __iter__(self): raise ValueError("no items")
class UnreadableDict(dict):
    def items(self): raise ValueError("no items")
def f():
    """


@pytest.mark.parametrize(("body", "ends"), BODIES.values(), ids=BODIES)
def test_every_call_is_a_result(host: Host, body: str, ends: Any) -> None:
    """Whatever a call does, it ends as the result that says so, and the next submission is served as if nothing was."""
    seconds = 0.2 if ends is TimedOut else 5.0
    assert isinstance(called(host, HELPERS + body, seconds=seconds), ends)
    assert value(called(host, "def f(z): return z + 1", 1)) == 2


IMPORTS = {
    "sys.exit(0)": ("import sys; sys.exit(0)", Loaded),
    "raise SystemExit": ("raise SystemExit", Loaded),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", Loaded),
    "input": ("n = int(input())", Loaded),
    "os._exit(0)": ("import os; os._exit(0)", Died),
    "segfault": ("import ctypes; ctypes.string_at(0)", Died),
    "endless": ("while True: pass", TimedOut),
    "hides its name": ("import sys; del sys.modules[__name__]", Loaded),
    "names that are no text": ("globals()[1] = print", (Loaded, Died)),
    "names without utf-8": ("globals()['\\ud800'] = print", (Loaded, Died)),
    "a default whose repr raises": (
        "class D:\n    def __repr__(self): raise OSError\ndef f(x=D()): pass",
        Loaded,
    ),
    "a signature that raises": ("class D:\n    __signature__ = 1\n    def __call__(self): pass\nf = D()", Loaded),
    "a hundred thousand names": ("for n in range(10**5): globals()[f'n{n}'] = print", Loaded),
    "deep nesting": ("x = " + "(" * 5000 + ")" * 5000, Loaded),
    "a null byte": (b"a = 1\0", Loaded),
    "no utf-8": (b"a = '\xe9'\n", Loaded),
    "an unknown coding": ("# coding: klingon\na = 1\n", Loaded),
    "not a text": (bytes(range(256)), Loaded),
    "empty": (b"", Loaded),
}


@pytest.mark.parametrize(("source", "ends"), IMPORTS.values(), ids=IMPORTS)
def test_every_import_is_a_result(host: Host, source: str | bytes, ends: Any) -> None:
    """Whatever a file does at import, loading it ends as a result."""
    limits = Limits(import_seconds=0.2 if ends is TimedOut else PLENTY)
    assert isinstance(loaded(host, source, limits), ends)


@pytest.mark.parametrize(
    ("body", "how"),
    [
        ("os._exit(0)", "exit status 0"),
        ("os._exit(7)", "exit status 7"),
        ("import ctypes; ctypes.string_at(0)", "signal SIGSEGV"),
    ],
)
@pytest.mark.parametrize("kind", [ForkServer, FreshProcess])
def test_how_a_worker_died(kind: type[ForkServer | FreshProcess], body: str, how: str) -> None:
    """A worker that ended by itself is told by its exit status or its signal, however it was started."""
    with Host(kind()) as host:
        assert called(host, f"import os\ndef f(): {body}") == Died(how=how)


def test_ending_of_an_unknown_signal() -> None:
    """A signal that Python has no name for is told by its number."""
    assert ending(-200) == "signal 200"


def test_a_dead_worker_stays_dead(host: Host) -> None:
    """Calls and a second close after a death are answered, and start nothing."""
    worker = host.worker(LIMITS)
    worker.load(request("import os\ndef f(): os._exit(0)"))
    assert isinstance(worker.call("f", (), {}, PLENTY), Died)
    assert not worker.alive
    assert isinstance(worker.call("f", (), {}, PLENTY), Died)
    assert isinstance(worker.load(request("")), Died)
    worker.close()
    assert not worker.alive


def test_a_source_of_megabytes(host: Host) -> None:
    """A file as large as a submission may be is loaded, or its loading ends as a result."""
    assert isinstance(loaded(host, "def f(): return 1\n# " + "x" * (3 * MIB)), (Loaded, Died))


@pytest.mark.parametrize("executable", ["/bin/false", "/no/such/python"])
@pytest.mark.parametrize("kind", [ForkServer, FreshProcess])
def test_no_worker_can_be_started(
    kind: type[ForkServer | FreshProcess], executable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no worker can be started that is our fault, said as a SandboxError or as a death; nothing else is raised."""
    monkeypatch.setattr(sys, "executable", executable)
    try:
        with Host(kind()) as host:
            if isinstance(host._launcher, ForkServer):
                host._launcher._process.wait()
            assert isinstance(loaded(host, ""), Died)
    except SandboxError:
        pass


# -- no process survives, nothing is left behind --------------------------------------------------------------

LEAVES = {
    "a thread": "threading.Thread(target=spin).start()",
    "a daemon thread": "threading.Thread(target=spin, daemon=True).start()",
    "a forked child": "if os.fork() == 0: spin()",
    "a forked child that shares the pipes": "if os.fork() == 0: return ready()",
    "a child in a group of its own": "if os.fork() == 0:\n        os.setpgid(0, 0)\n        spin()",
    "a child in a session of its own": "if os.fork() == 0:\n        os.setsid()\n        spin()",
    "a daemon": "if os.fork() == 0:\n        os.setsid()\n        if os.fork(): os._exit(0)\n        spin()",
    "a command": "ready(); subprocess.Popen(['sleep', '30'])",
    "a command in a new session": "ready(); subprocess.Popen(['sleep', '30'], start_new_session=True)",
}
LEFT_ITS_GROUP = (
    "a child in a group of its own",
    "a child in a session of its own",
    "a daemon",
    "a command in a new session",
)
OUT_OF_REACH = {LEAVES[name] for name in LEFT_ITS_GROUP}
SPIN = """
import os, subprocess, threading, time
said, says = os.pipe()
def ready():
    os.write(says, b"1")
def spin():
    ready()
    end = time.monotonic() + 30
    while time.monotonic() < end: time.sleep(0.01)
def f():
    {body}
    os.read(said, 1)
"""


@pytest.mark.parametrize("kind", [ForkServer, FreshProcess])
@pytest.mark.parametrize("body", LEAVES.values(), ids=LEAVES)
def test_nothing_survives_a_worker(kind: type[ForkServer | FreshProcess], body: str) -> None:
    """What a call left running ends with its worker: nothing of it is there when the host has closed.

    Where there is no fork server that adopts what a worker leaves, only its own process group can be ended.
    """
    if kind is FreshProcess and body in OUT_OF_REACH:
        pytest.skip("without a fork server a process that left its worker's group is out of reach; doctor says so")
    launcher = kind()
    with Host(launcher) as host:
        assert isinstance(called(host, SPIN.replace("{body}", body), seconds=5), (Value, Raised))
        assert value(called(host, "def f(z): return z + 1", 1)) == 2
    assert survivors(launcher) == 0


@pytest.mark.parametrize("kind", [ForkServer, FreshProcess])
def test_host_ends_workers_nobody_closed(kind: type[ForkServer | FreshProcess]) -> None:
    """Leaving the host ends workers that were forgotten, idle or busy; closing one later is harmless."""
    launcher = kind()
    with Host(launcher) as host:
        workers = [host.worker(LIMITS) for _ in range(2)]
        for worker in workers:
            worker.load(request(SPIN.replace("{body}", LEAVES["a thread"])))
            worker.call("f", (), {}, PLENTY)
    assert survivors(launcher) == 0
    for worker in workers:
        worker.close()


def test_workers_are_gone_when_closed() -> None:
    """A stopped worker is gone when its call has returned; only the fork server is left."""
    launcher = ForkServer()
    with Host(launcher) as host:
        for body in ("while True: pass", "return 1"):
            called(host, f"def f():\n    {body}", seconds=0.1)
            assert survivors(launcher, expected=1) == 1
    assert survivors(launcher) == 0
    assert not Path(launcher._scratch.path).exists()


@pytest.mark.parametrize("kind", [ForkServer, FreshProcess])
def test_no_descriptor_leaks(kind: type[ForkServer | FreshProcess]) -> None:
    """Workers that return, die or are stopped leave no descriptor of the host open."""
    with Host(kind()) as host:
        called(host, "def f(): return 1")
        before = len(os.listdir("/proc/self/fd"))
        for body in ("return 1", "import os; os._exit(0)", "while True: pass"):
            called(host, f"def f():\n    {body}", seconds=0.2)
        end = time.monotonic() + 5
        while len(os.listdir("/proc/self/fd")) > before and time.monotonic() < end:
            time.sleep(0.01)  # a waiting thread closes its end a moment after the worker's death
        assert len(os.listdir("/proc/self/fd")) <= before  # fewer, where a thread of an earlier test was late


def test_killing_the_parent() -> None:
    """A submission that kills the process it was forked from costs itself only."""
    launcher = ForkServer()
    with Host(launcher) as host:
        source = "import os\ndef f():\n    os.kill(os.getppid(), 9)\n    os._exit(0)"
        assert isinstance(called(host, source), (Died, Raised))  # where the kernel can, the signal is refused
        assert value(called(host, "def f(z): return z + 1", 1)) == 2
    assert survivors(launcher) == 0


def test_writing_into_the_parents_line() -> None:
    """A submission that writes into whatever its parent holds open costs itself only."""
    source = """
import os
def f():
    home = f'/proc/{os.getppid()}/fd'
    for name in os.listdir(home):
        try: os.write(os.open(f'{home}/{name}', os.O_WRONLY | os.O_NONBLOCK), b'12345\\n')
        except OSError: pass
    return 1
"""
    with Host(ForkServer()) as host:
        assert isinstance(called(host, source), (Value, Raised, Died))
        assert value(called(host, "def f(z): return z + 1", 1)) == 2


REACHES = """
import os, socket, subprocess
def read(path): return open(path).read()
def write(path): open(path, "w").write("x")
def listed(path): return os.listdir(path)
def run(): return subprocess.run(["/bin/true"]).returncode
def connect(port): return socket.create_connection(("127.0.0.1", port), 1)
def signal(pid): return os.kill(pid, 0)
def f(name, *args): return globals()[name](*args)
def scratch():
    import tempfile
    with tempfile.NamedTemporaryFile("w+") as file:
        file.write("mine")
        file.seek(0)
        return file.read()
"""


@pytest.mark.skipif(landlock.abi() < 1, reason="this kernel has no Landlock")
@pytest.mark.parametrize("kind", [ForkServer, FreshProcess])
def test_files_out_of_reach(kind: type[ForkServer | FreshProcess], tmp_path: Path) -> None:
    """Student code reads, lists and writes nothing outside of its scratch folder, and starts no program."""
    secret = tmp_path / "secret"
    secret.write_text("expected")
    suite = Path(__file__).parents[1] / "hidden" / "test_softmax.py"
    with Host(kind()) as host:
        for call in (("read", str(secret)), ("read", str(suite)), ("read", __file__), ("read", "/etc/passwd"),
                     ("write", str(tmp_path / "new")), ("write", str(secret)), ("listed", str(tmp_path)), ("run",)):  # fmt: skip
            result = called(host, REACHES, *call)
            assert isinstance(result, Raised), call
            assert "PermissionError" in result.fault.bases, call
        assert value(called(host, REACHES, "scratch")) == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
    assert secret.read_text() == "expected"


@pytest.mark.skipif(landlock.abi() < 6, reason="this kernel's Landlock does not cover TCP and signals")
def test_network_and_signals_out_of_reach() -> None:
    """Student code opens no TCP connection and signals no process but its own."""
    with Host(ForkServer()) as host, socket.create_server(("127.0.0.1", 0)) as server:
        for name, argument in (("connect", server.getsockname()[1]), ("signal", os.getpid())):
            result = called(host, REACHES, name, argument)
            assert isinstance(result, Raised), name
            assert "PermissionError" in result.fault.bases, name


def test_a_stack_that_drips() -> None:
    """A worker that writes into the stack's pipe without end does not hold up the host that stops it."""
    source = """
import os, threading, time
def f():
    pipes = [n for n in range(3, 30) if os.path.exists(f'/proc/self/fd/{n}') and 'pipe' in os.readlink(f'/proc/self/fd/{n}')]
    def drip():
        for _ in range(150):
            os.write(pipes[-1], b'~')
            time.sleep(0.02)
    threading.Thread(target=drip).start()
    while True: time.sleep(1)
"""
    with Host(ForkServer()) as host:
        worker = host.worker(LIMITS)
        worker.load(request(source))
        process: Any = worker._process
        stacks: list[bytes] = []
        where = process.where
        process.where = lambda: stacks.append(where()) or stacks[0]
        assert isinstance(worker.call("f", (), {}, 0.2), TimedOut)
        assert stacks[0].count(b"~") < 150


ACTS = {
    "patches numpy": "np.sum = np.exp = np.testing = np.asarray = np.shares_memory = None",
    "patches numpy.testing": "np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None",
    "patches builtins": "import builtins; builtins.len = builtins.isinstance = builtins.print = None",
    "patches sys": "import sys; sys.path.clear(); sys.meta_path.clear(); sys.modules.clear()",
    "error state": "np.seterr(all='raise'); import warnings; warnings.simplefilter('error')",
    "random state": "np.random.seed(7)",
    "print options": "np.set_printoptions(precision=1)",
    "environment": "os.environ['MARK'] = '1'; os.environ['HOME'] = '/'",
    "umask": "os.umask(0o777)",
    "folder": "os.chdir('/')",
    "files": "open('note.txt', 'w').write('1'); open('numpy.py', 'w').write('raise OSError')",
    "files in the parent folder": "open(os.path.join(os.environ['TMPDIR'], 'note.txt'), 'w').write('1')",
    "recursion limit": "import sys; sys.setrecursionlimit(50_000)",
    "signals": "import signal; signal.signal(signal.SIGUSR1, signal.SIG_IGN)",
    "priority": "os.nice(5)",
}
PROBE = """
import os, signal, sys
import numpy as np
def is_open(number):
    try: os.fstat(number)
    except OSError: return False
    return True
def f():
    mask = os.umask(0o77)
    os.umask(mask)
    return [
        float(np.sum(np.exp(np.zeros(2)))), len("ab"), sorted(os.listdir(".")), sorted(os.listdir(os.environ["TMPDIR"])),
        sys.path, len(sys.meta_path), len(sys.modules), list(np.geterr().values()), repr(np.array([1 / 3])), mask,
        sorted(name for name in os.environ if name not in ("HOME", "TMPDIR", "TEMP")), sys.getrecursionlimit(),
        os.getpriority(os.PRIO_PROCESS, 0), str(signal.getsignal(signal.SIGUSR1)), sum(map(is_open, range(4096))),
    ]
"""


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_the_next_submission_finds_a_clean_machine(act: str) -> None:
    """Nothing that one submission changed, in its process or its folder, is there for the next one."""
    with Host(ForkServer()) as host:
        clean = value(called(host, PROBE))
        loaded(host, f"import os\nimport numpy as np\ntry:\n    {act}\nexcept AttributeError:\n    pass")
        assert value(called(host, PROBE)) == clean


def test_two_workers_at_a_time(host: Host) -> None:
    """Two workers of one host know nothing of each other; one keeps its state from call to call."""
    source = "seen = []\ndef f(x):\n    seen.append(x)\n    return seen"
    with working(host, source) as one, working(host, source) as two:
        for number in (1, 2):
            assert value(one.call("f", (number,), {}, PLENTY)) == [*range(1, number), number]
        assert value(two.call("f", (9,), {}, PLENTY)) == [9]


def test_nothing_of_ours_is_in_reach(host: Host) -> None:
    """The worker's environment, command line and modules hold nothing of the user's or the suites'."""
    source = """
import os, sys
def f():
    loaded = [name for name in sys.modules if name.startswith(("pytest", "_pytest", "mlgrade.suite", "mlgrade.course"))]
    return sorted(os.environ), " ".join(sys.orig_argv), loaded
"""
    names, command, modules = value(called(host, source))
    assert modules == []
    assert not any("PYTEST" in name or name in ("USER", "PATH", "PWD") for name in names)
    assert "tests" not in command


# -- a call over a pipe ---------------------------------------------------------------------------------------


def test_positional_and_keyword_arguments(host: Host) -> None:
    """Arguments bind as in a plain call, and plain data of any nesting comes back equal."""
    source = "def f(a, *rest, axis=-1, **more): return {'a': a, 'rest': rest, 'axis': axis, 'more': more}"
    with working(host, source) as worker:
        got = value(worker.call("f", (1, "é", None, [True, (2.5,)]), {"axis": 0, "x": {"k": 1j}}, PLENTY))
    assert got == {"a": 1, "rest": ("é", None, [True, (2.5,)]), "axis": 0, "more": {"x": {"k": 1j}}}


@pytest.mark.parametrize(
    "array", [np.ones((2, 3), np.float32), np.array(True), np.zeros((0, 2), int), np.ones(2, ">f8")]
)
def test_arrays_there_and_back(host: Host, array: Any) -> None:
    """An array arrives at the student's function with its dtype and shape, and so does the answer."""
    got, name, shape = value(called(host, "def f(z): return z, str(z.dtype), z.shape", array))
    np.testing.assert_array_equal(got, array)
    assert (name, shape) == (str(array.dtype.newbyteorder("=")), array.shape)


def test_arguments_that_cannot_cross(host: Host) -> None:
    """A suite that passes what is not plain data is told so, and the worker lives on."""
    with working(host, "def f(x): return x") as worker:
        for bad in (object(), {1}, np.array([None])):
            with pytest.raises(UnsendableError):
                worker.call("f", (bad,), {}, PLENTY)
        assert value(worker.call("f", (1,), {}, PLENTY)) == 1


UNUSABLE = {
    "object": ("return C()", 'an object of type "C"'),
    "object that equals all": ("return Equal()", 'an object of type "Equal"'),
    "class": ("return C", "a class"),
    "function": ("return f", "a function"),
    "generator": ("return (i for i in 'ab')", "a generator"),
    "set": ("return {1}", "a set"),
    "object array": ("return np.array([None, 1])", "an array of dtype object"),
    "ragged": ("return np.array([[1], [1, 2]], dtype=object)", "an array of dtype object"),
    "text array": ("return np.array(['a'])", "an array of dtype <U1"),
    "in a tuple": ("return 1, [C()]", 'an object of type "C"'),
    "too large": ("return np.zeros(2**22)", "too large"),
    "too large unread": ("return np.broadcast_to(0.0, (10**9, 10**9))", "too large"),
    "too many": ("return list(range(300_000))", "too many parts"),
    "too long": ("return 'x' * 2**21", ""),
    "too deep": ("x = []\n    for _ in range(100): x = [x]\n    return x", "nested too deeply"),
    "holds itself": ("x = []\n    x.append(x)\n    return x", "nested too deeply"),
    "too big a number": ("return 2**64", "more than 64 bits"),
    "no utf-8": ("return '\\ud800'", ""),
    "numpy's own text": ("return np.array(['a'], dtype=np.dtypes.StringDType())", ""),
    "coroutine": ("async def g(): pass\n    c = g()\n    c.close()\n    return c", "coroutine"),
    "bytes": ("return b'x'", "bytes"),
    "unreadable list": ("return Unreadable([1])", ""),
}
MORE = HELPERS.replace("def f():", "class C: pass\ndef f():")


@pytest.mark.parametrize(("body", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_is_not_plain_data(host: Host, body: str, words: str) -> None:
    """A returned value that is not plain data is named, and the worker lives on to the next call."""
    with working(host, MORE + body) as worker:
        result = worker.call("f", (), {}, PLENTY)
        assert isinstance(result, Value), result
        assert result.value is None
        assert result.unusable
        assert words in result.unusable
        assert worker.alive


EFFECTS = {
    "nothing": ("return z + 1", [], []),
    "in place": ("z -= 1; return z.sum()", ["1"], []),
    "emptied list": ("rows.clear()", ["rows"], []),
    "overwritten dict": ("d['w'] = 0", ["d"], []),
    "array in a dict": ("d['w'][0] = 9", ["d"], []),
    "changed, then raised": ("z[0] = 9; raise ValueError", ["1"], []),
    "returns the argument": ("return z", [], ["1"]),
    "returns a view": ("return {'a': [z[1:]]}", [], ["1"]),
    "returns a part of a dict": ("return d['w'].T", [], ["d"]),
    "returns the list": ("rows.append(3); return rows", ["rows"], ["rows"]),
    "both": ("z[0] = 9; return z, rows", ["1"], ["1", "rows"]),
    "key that equals all": ("d.clear(); d[Equal()] = 1", ["d"], []),
    "dtype": ("z.dtype = 'i8'", ["1"], []),
    "hidden from the worker": (
        "import sys; sys.modules['mlgrade.sandbox.effects'].changed = lambda *_: []; z -= 1",
        ["1"],
        [],
    ),
    "an object in a list": ("rows[0] = object()", ["rows"], []),
    "a list that has grown": ("rows.extend(range(400_000))", ["rows"], []),
}


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("body", "changed", "shares"), EFFECTS.values(), ids=EFFECTS)
def test_effects(host: Host, body: str, changed: list[str], shares: list[str]) -> None:
    """A call reports which arguments it changed and with which its value shares memory; ours stay as they were."""
    source = f"class Equal:\n    __eq__ = lambda *_: True\n    __hash__ = lambda _: hash('w')\ndef f(z, rows, d):\n    {body}"
    z, rows, d = np.arange(3.0), [1, 2], {"w": np.ones(2)}
    with working(host, source) as worker:
        result = worker.call("f", (z,), {"rows": rows, "d": d}, PLENTY)
    assert isinstance(result, (Value, Raised))
    assert result.changed == changed
    assert getattr(result, "shares", []) == shares
    assert (z.tolist(), rows, d["w"].tolist()) == ([0, 1, 2], [1, 2], [1, 1])


# -- callbacks ------------------------------------------------------------------------------------------------


def test_a_callable_is_called_back_here(host: Host) -> None:
    """A callable argument runs in the trusted process, with plain data both ways, as often as it is called."""
    seen: list[Any] = []

    def loss(w: Any, *, scale: float = 1.0) -> Any:
        seen.append((os.getpid(), w.shape, scale))
        return {"loss": w.sum() * scale}

    source = "import numpy as np\ndef f(g): return [g(np.ones(n), scale=2.0)['loss'] for n in range(3)]"
    assert value(called(host, source, loss)) == [0.0, 2.0, 4.0]
    assert seen == [(os.getpid(), (n,), 2.0) for n in range(3)]


def test_two_callables(host: Host) -> None:
    """Each callable of a call is the one that was passed in its place, in containers too."""
    source = "def f(g, hs): return g(1), hs[0](1), hs[1]['k'](1)"
    functions = (lambda x: x + 1, [lambda x: x + 2, {"k": lambda x: x + 3}])
    assert value(called(host, source, *functions)) == (2, 3, 4)


CALLBACKS = {
    "raises": ("return g(1)", lambda _: 1 / 0, "raised ZeroDivisionError"),
    "called wrongly": ("return g(1, 2)", lambda x: x, "raised TypeError"),
    "given an object": ("return g(object())", lambda x: x, 'an object of type "object"'),
    "given a function": ("return g(f)", lambda x: x, "a function"),
    "given too much": ("return g(np.zeros(2**18))", lambda _: 1.0, "too large"),
    "given a long list": ("return g([[0] * 10_001])", lambda _: 1.0, "lists of more than 10000 items"),
    "given too many": ("return g(*range(30))", lambda *_: 1.0, ""),
    "given text without utf-8": ("return g('\\ud800')", lambda _: 1.0, ""),
    "returns an object": ("return g(1)", lambda _: object(), "returned an object of type"),
    "returns too much": ("return g(1)", lambda _: np.zeros(2**18), "too large"),
    "returns too long a text": ("return g('x' * 2**19)", lambda x: x * 4, ""),
}


@pytest.mark.parametrize(("body", "function", "words"), CALLBACKS.values(), ids=CALLBACKS)
def test_a_callback_that_fails(host: Host, body: str, function: Any, words: str) -> None:
    """A callback that cannot be made is an exception at the student's line, in words, and the worker lives on."""
    with working(host, f"import numpy as np\ndef f(g):\n    {body}\ndef h(): return 1", functions=["f", "h"]) as worker:
        found = fault(worker.call("f", (function,), {}, PLENTY))
        assert words in found.message
        assert found.frames[0].line == 3
        assert value(worker.call("h", (), {}, PLENTY)) == 1


def test_a_callback_that_stops_the_suite(host: Host) -> None:
    """What must end the run (Ctrl-C, a failing check) passes through; the worker that waits for an answer is ended."""

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    with working(host, "def f(g): return g(1)") as worker:
        with pytest.raises(KeyboardInterrupt):
            worker.call("f", (interrupted,), {}, PLENTY)
        assert not worker.alive


@pytest.mark.parametrize("error", [AssertionError("not equal"), MemoryError()])
def test_a_comparison_that_fails_in_a_callback(host: Host, error: Exception) -> None:
    """It ends the check: student code that catches every exception never meets it. Before, it met a ValueError."""

    def compare(_: object) -> None:
        raise error

    with working(host, "def f(g):\n    try: g(1)\n    except BaseException: return 1") as worker:
        with pytest.raises(type(error)):
            worker.call("f", (compare,), {}, PLENTY)
        assert not worker.alive


def test_callbacks_without_end(host: Host) -> None:
    """Calls back do not stop the clock."""
    assert isinstance(called(host, "def f(g):\n    while True: g(1)", abs, seconds=0.2), TimedOut)


def test_a_kept_callable(host: Host) -> None:
    """A callable kept from an earlier call is of no use in a later one, and harms nobody."""
    source = "kept = []\ndef f(g=None):\n    if g: kept.append(g)\n    return kept[0](1) if not g else 0"
    with working(host, source) as worker:
        assert value(worker.call("f", (abs,), {}, PLENTY)) == 0
        assert isinstance(worker.call("f", (), {}, PLENTY), (Died, Raised))


# -- limits ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("filename", ["softmax.py", "my file (1).py"])
def test_where_it_was_stopped(host: Host, filename: str) -> None:
    """A call that is stopped says the line of the student's file where it was."""
    source = "def g():\n    while True:\n        pass\ndef f():\n    g()"
    result = called(host, source, seconds=0.2, filename=filename)
    assert isinstance(result, TimedOut)
    assert result.line in (2, 3)


def test_where_it_was_stopped_beside_a_thread(host: Host) -> None:
    """The line is that of the call, not of a thread that an earlier call left running."""
    source = """import threading
def spin():
    while True: pass
def f(start):
    if start:
        return threading.Thread(target=spin).start()
    while True: pass
"""
    with working(host, source) as worker:
        assert value(worker.call("f", (True,), {}, PLENTY)) is None
        assert worker.call("f", (False,), {}, 0.3) == TimedOut(seconds=0.3, line=7)


def test_import_that_is_stopped(host: Host) -> None:
    """The import has a limit of its own, and says its line too."""
    assert loaded(host, "a = 1\nwhile True: pass", Limits(import_seconds=0.2)) == TimedOut(seconds=0.2, line=2)


def test_memory_limit(host: Host) -> None:
    """Memory beyond the limit is a MemoryError of the student's code, and what is below it can be used."""
    source = f"def f(n): return len(bytearray(n * {MIB}))"
    limits = Limits(memory_bytes=1024 * MIB, import_seconds=PLENTY)
    assert fault(called(host, source, 1024, limits=limits)).type == "MemoryError"
    assert value(called(host, source, 200, limits=limits)) == 200 * MIB


@pytest.mark.parametrize(
    "more", ["resource.setrlimit(resource.RLIMIT_AS, (-1, -1))", "resource.prlimit(0, 9, (-1, -1))"]
)
def test_limits_cannot_be_raised(host: Host, more: str) -> None:
    """A soft limit is a hard one: student code cannot raise it, unless the grader runs as root."""
    if os.geteuid() == 0:
        pytest.skip("root may raise hard limits")
    assert fault(called(host, f"import resource\ndef f(): {more}")).type in ("ValueError", "PermissionError")


def test_result_limit(host: Host) -> None:
    """A value within the course's limit comes through, one byte more does not."""
    limits = Limits(result_bytes=1000, import_seconds=PLENTY)
    with working(host, "import numpy as np\ndef f(n): return np.zeros(n, 'u1')", limits) as worker:
        assert len(value(worker.call("f", (1000,), {}, PLENTY))) == 1000
        result = worker.call("f", (1001,), {}, PLENTY)
        assert isinstance(result, Value)
        assert "too large" in result.unusable


def attempt(host: Host, source: str, **limits: Any) -> WorkerSession:
    return WorkerSession(host, request(source), Limits(**({"import_seconds": PLENTY, "call_seconds": PLENTY} | limits)))


STUCK = "def f(stuck):\n    while stuck: pass\n    return 1"


def test_a_stopped_call_costs_itself_only(host: Host) -> None:
    """After a call that was stopped or died, a fresh worker serves the next one."""
    with attempt(host, STUCK + "\nimport os\ndef g(): os._exit(1)", call_seconds=0.3) as tried:
        assert isinstance(tried.call("f", (True,), {}), TimedOut)
        assert value(tried.call("f", (False,), {})) == 1
        assert isinstance(tried.call("g", (), {}), Died)
        assert value(tried.call("f", (False,), {})) == 1


def test_strikes(host: Host) -> None:
    """A function that was stopped too often is not tried again; other functions are."""
    with attempt(host, STUCK + "\ndef g(): return 2", call_seconds=0.1, strikes=2) as tried:
        for _ in range(2):
            assert isinstance(tried.call("f", (True,), {}), TimedOut)
        assert tried.call("f", (False,), {}) == NotTried(why="f was stopped 2 times already", timed_out=True)
        assert value(tried.call("g", (), {})) == 2


def test_total_limit(host: Host) -> None:
    """When the seconds for the whole file are used up, a call is stopped, and no further one is made."""
    used_up = NotTried(why="the 0.2 s for the whole file were used up", timed_out=True)
    with attempt(host, STUCK, total_seconds=0.2) as tried:
        assert tried.call("f", (True,), {}) == used_up
        assert tried.call("f", (False,), {}) == used_up


def test_a_file_that_dies_on_its_second_import(host: Host) -> None:
    """A fresh worker in which the file does not load again gives that as the result of the call."""
    source = STUCK + "\nimport os\nif os.path.exists('seen'): os._exit(5)\nopen('seen', 'w').close()"
    with attempt(host, source, call_seconds=0.1) as tried:
        assert isinstance(tried.load(), (Loaded, Died))
        assert isinstance(tried.call("f", (True,), {}), (TimedOut, Died))
        assert isinstance(tried.call("f", (False,), {}), (Value, Died))


# -- what it prints -------------------------------------------------------------------------------------------


def test_prints_and_warnings(host: Host) -> None:
    """Prints and warnings come back with the call that made them; a warning has the student's line."""
    source = """import sys, warnings
import numpy as np
print("at import")
def f(x):
    print("given", x)
    print("err", file=sys.stderr)
    warnings.warn("look out")
    return np.exp(np.float64(1000))
"""
    worker = host.worker(LIMITS)
    reply = worker.load(request(source))
    assert isinstance(reply, Loaded)
    assert reply.output == "at import\n"
    for x in (1, 2):
        result = worker.call("f", (x,), {}, PLENTY)
        assert isinstance(result, Value)
        assert result.output == f"given {x}\nerr\n"
        assert result.notes == [
            "softmax.py:7: UserWarning: look out",
            "softmax.py:8: RuntimeWarning: overflow encountered in exp",
        ]
    worker.close()


def test_prints_before_an_exception(host: Host) -> None:
    """What was printed before an exception comes with it."""
    result = called(host, "def f():\n    print('so far')\n    1 / 0")
    assert isinstance(result, Raised)
    assert result.output == "so far\n"


@pytest.mark.parametrize("most", [100, 50_000])
def test_output_is_capped(host: Host, most: int) -> None:
    """Output beyond the course's limit is counted, not kept, whatever the limit is."""
    result = called(
        host,
        "def f():\n    for _ in range(60_000): print('x', end='')",
        limits=Limits(output_chars=most, import_seconds=PLENTY),
    )
    assert isinstance(result, Value), result
    kept, _, rest = result.output.partition("\n")
    assert set(kept) == {"x"}
    assert len(kept) <= most
    assert rest == f"... {60_000 - len(kept)} more characters"


def test_notes_are_capped(host: Host) -> None:
    """Warnings come once each, ten at most, of a bounded length."""
    source = "import warnings\ndef f():\n    for n in range(50): warnings.warn('w' * 1000 * (n % 2) + str(n))"
    result = called(host, source)
    assert isinstance(result, Value)
    assert len(result.notes) == 10
    assert max(map(len, result.notes)) <= 200


@pytest.mark.parametrize(
    "body",
    ["print('\\ud800')", "import warnings; warnings.warn('\\ud800')", "raise ValueError('\\ud800')", "print(b'\\xff')"],
)
def test_text_without_utf8(host: Host, body: str) -> None:
    """Text that has no UTF-8 form, printed, warned of or raised, does not cost the worker its life."""
    assert isinstance(called(host, f"def f(): {body}"), (Value, Raised))


@pytest.mark.parametrize("kind", [ForkServer, FreshProcess])
def test_prints_from_c(kind: type[ForkServer | FreshProcess]) -> None:
    """What is written to the standard descriptors themselves reaches neither the protocol nor our terminal."""
    with Host(kind()) as host:
        assert value(called(host, "import os\ndef f():\n    os.write(1, b'x'); os.write(2, b'y')\n    return 1")) == 1


# -- student exceptions ---------------------------------------------------------------------------------------


def test_an_exception_in_full(host: Host) -> None:
    """An exception comes as type, message, the student's own frames with lines, and shapes of local arrays."""
    source = """import numpy as np
def inner(z, w):
    other = "text"
    return z @ w
def f(z):
    return inner(z, np.ones((4, 2), np.float32))
"""
    found = fault(called(host, source, np.ones((2, 3))))
    assert found.type == "ValueError"
    assert found.bases == ["ValueError", "Exception", "BaseException", "object"]
    assert "matmul" in found.message
    assert [(frame.line, frame.function) for frame in found.frames] == [(6, "f"), (4, "inner")]
    assert found.shapes == ["z: shape (2, 3), float64", "w: shape (4, 2), float32"]
    assert not found.unbound


def test_frames_of_libraries_are_left_out(host: Host) -> None:
    """Frames of numpy and of the worker are left out, also when a library calls the student's code."""
    source = "import json\nclass C: pass\ndef hook(_): raise KeyError('k')\ndef f(): return json.loads('{}', object_hook=hook)"
    found = fault(called(host, source))
    assert [(frame.line, frame.function) for frame in found.frames] == [(4, "f"), (3, "hook")]
    assert (found.type, found.message) == ("KeyError", "'k'")


@pytest.mark.parametrize(("args", "unbound"), [((), True), ((1, 2, 3), True), ((1,), False)])
def test_arguments_that_do_not_fit(host: Host, args: tuple[Any, ...], unbound: bool) -> None:
    """A call that does not fit the signature is told from a TypeError inside the function."""
    assert fault(called(host, "def f(z): return z + None", *args)).unbound is unbound


FAULTS = {
    "own class": ("class E(ValueError): pass\ndef f(): raise E('why: so')", "E", "why: so"),
    "own class inside": ("def f():\n    class E(ValueError): pass\n    raise E('m')", "E", "m"),
    "no message": ("def f(): raise ValueError", "ValueError", ""),
    "a name": ("value = 1\ndef f(): return valeu", "NameError", "name 'valeu' is not defined"),
    "exit": ("import sys\ndef f(): sys.exit('bye')", "SystemExit", "bye"),
    "lines": ("def f(): raise ValueError('a\\nb')", "ValueError", "a\nb"),
    "assert": ("def f(): assert False, 'never'", "AssertionError", "never"),
    "not implemented": ("def f(): raise NotImplementedError('f: write me')", "NotImplementedError", "write me"),
    "group": ("def f(): raise ExceptionGroup('many', [ValueError()])", "ExceptionGroup", "many"),
    "chained": (
        "def f():\n    try: 1 / 0\n    except ZeroDivisionError as e: raise KeyError('k') from e",
        "KeyError",
        "'k'",
    ),
    "str raises": ("class E(Exception):\n    def __str__(self): raise OSError\ndef f(): raise E", "E", "failed"),
    "index": ("import numpy as np\ndef f(): return np.zeros(2)[5]", "IndexError", "out of bounds"),
}


@pytest.mark.parametrize(("source", "kind", "words"), FAULTS.values(), ids=FAULTS)
def test_type_and_message(host: Host, source: str, kind: str, words: str) -> None:
    """Type and message are those that Python itself would show."""
    found = fault(called(host, source))
    assert found.type == kind
    assert words in found.message
    assert bool(found.message) == bool(words)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the traceback module suggests names since Python 3.12")
def test_a_near_name(host: Host) -> None:
    """A misspelt name comes with Python's own suggestion."""
    found = fault(called(host, "value = 1\ndef f(): return valeu"))
    assert "Did you mean: 'value'?" in found.message


def test_a_fault_is_capped(host: Host) -> None:
    """Message, type name, frames and shapes of a fault are cut to what can be shown."""
    source = """import numpy as np
E = type("E" * 5000, (Exception,), {})
def g(n):
    a = b = c = d = e = h = i = j = k = l = m = np.ones(1)
    if n: g(n - 1)
    raise E("x" * 10**6)
def f(): g(300)
"""
    found = fault(called(host, source))
    assert (len(found.type), len(found.frames), len(found.message)) == (200, 40, 2000)
    assert 0 < len(found.shapes) <= 20


def test_a_local_whose_shape_raises(host: Host) -> None:
    """An object among the locals whose `shape` is not written yet does not hide the student's own exception."""
    source = """
class Tensor:
    @property
    def shape(self): raise NotImplementedError
def f():
    t = Tensor()
    1 / 0
"""
    assert fault(called(host, source)).type == "ZeroDivisionError"


# -- whatever shape the file has ------------------------------------------------------------------------------

FILES = {
    "plain": "def f(z): return z + 1",
    "BOM": b"\xef\xbb\xbfdef f(z): return z + 1",
    "CRLF": b"def f(z):\r\n    return z + 1\r\n",
    "CR": b"def f(z):\r    return z + 1\r",
    "coding line": "# -*- coding: utf-8 -*-\ne = 'é'\ndef f(z): return z + len(e)",
    "BOM and coding line": b"\xef\xbb\xbf# coding: utf-8\ndef f(z): return z + 1",
    "latin-1": b"# -*- coding: latin-1 -*-\ne = '\xe9'\nassert e == chr(233)\ndef f(z): return z + len(e)",
    "tabs": "def f(z):\n\tif z:\n\t\treturn z + 1\n",
    "no newline at the end": "def f(z):\n    return z + 1",
    "form feed and odd line ends": "\x0cx = '\u2028'\ndef f(z): return z + 1",
    "main": "def f(z): return z + 1\nif __name__ == '__main__':\n    raise SystemExit('ran as a script')",
    "prints": "print('working...')\ndef f(z): return z + 1",
    "cells": "# %% [markdown]\n# Softmax\n# %%\ndef f(z):\n    # %% inside\n    return z + 1\n# %%\nf(1)",
    "future": "'''Doc.'''\nfrom __future__ import annotations\ndef f(z: Unknown) -> Unknown: return z + 1",
    "dataclass": """
from __future__ import annotations
from dataclasses import dataclass, field
from typing import ClassVar
@dataclass
class Step:
    by: int = 1
    seen: list[int] = field(default_factory=list)
    kinds: ClassVar[int] = 0
def f(z): return z + Step().by
""",
    "sys.modules": "import sys\nstep = 1\ndef f(z): return z + sys.modules[__name__].step",
    "names of its own": "from pathlib import Path\nhere = Path(__file__).name\ndef f(z): return z + (here == 'softmax.py')",
    "lambda": "f = lambda z: z + 1",
    "partial": "from functools import partial\nimport operator\nf = partial(operator.add, 1)",
    "ufunc": "import numpy as np\nf = np.vectorize(lambda z: z + 1, otypes=[int])",
    "ufunc under the name": "import numpy as np\nfrom functools import partial\nfrom numpy import add\nf = partial(add, 1)",
    "class with call": "class F:\n    def __call__(self, z): return z + 1\nf = F()",
    "method": "class F:\n    def g(self, z): return z + 1\nf = F().g",
    "static method": "class F:\n    @staticmethod\n    def g(z): return z + 1\nf = F.g",
    "class": "class f(int):\n    def __new__(cls, z): return int.__new__(cls, z + 1)",
    "decorated": "import functools\n@functools.lru_cache\ndef f(z): return z + 1",
    "wrapped": "def twice(g):\n    def w(*a): return g(*a)\n    return w\n@twice\ndef f(z): return z + 1",
    "nested def": "if True:\n    def f(z): return z + 1",
    "fallback import": "try:\n    import torch as np\nexcept ImportError:\n    import numpy as np\ndef f(z): return np.add(z, 1)",
    "helpers": "class Helper:\n    def step(self, z): return z + 1\ndef f(z): return Helper().step(z)",
    "pickle": "import pickle\nclass C:\n    x = 1\nassert pickle.loads(pickle.dumps(C())).x == 1\ndef f(z): return z + 1",
    "inspect": "import inspect\ndef f(z):\n    return z + 1\nassert 'return z + 1' in inspect.getsource(f)",
    "doctest": "import doctest\ndef f(z):\n    '''\n    >>> f(1)\n    2\n    '''\n    return z + 1\ndoctest.testmod()",
    "numpy.testing": "import numpy as np\ndef f(z):\n    np.testing.assert_allclose(z, z)\n    return z + 1",
    "numpy.random": "import numpy as np\nrng = np.random.default_rng(0)\ndef f(z): return z + 1 + 0 * int(rng.random())",
    "typing": "from numpy.typing import NDArray\ndef f(z: NDArray) -> 'NDArray': return z + 1",
    "star": "from math import *\nfrom numpy import *\ndef f(z): return add(z, 1)",
    "stub, then another": "def f(z):\n    raise NotImplementedError\nf = lambda z: z + 1",
    "threads": "import threading\nt = threading.Thread(target=print)\nt.start(); t.join()\ndef f(z): return z + 1",
    "processes": "import multiprocessing, subprocess\ndef f(z): return z + 1",
}


@pytest.mark.parametrize("source", FILES.values(), ids=FILES)
def test_files_as_students_write_them(host: Host, source: str | bytes) -> None:
    """A file is taken as it is written; its function is there, is no stub, and works."""
    worker = host.worker(LIMITS)
    reply = worker.load(request(source))
    assert isinstance(reply, Loaded)
    assert reply.fault is None
    assert (reply.functions["f"].defined, reply.functions["f"].stub) == (True, False)
    assert value(worker.call("f", (1,), {}, PLENTY)) == 2
    worker.close()


ABSENT = {
    "nothing": "",
    "another name": "def F(z): pass",
    "a number": "f = 1",
    "none": "f = None",
    "deleted": "def f(z): pass\ndel f",
    "inside a function": "def g():\n    def f(z): pass",
    "inside a class": "class C:\n    def f(z): pass",
    "only in text": "'''def f(z): pass'''",
    "after an exit": "import sys\nsys.exit()\ndef f(z): pass",
}


@pytest.mark.parametrize("source", ABSENT.values(), ids=ABSENT)
def test_functions_that_are_not_there(host: Host, source: str) -> None:
    """A name is defined if the loaded module has something callable under it, and only then."""
    reply = loaded(host, source)
    assert isinstance(reply, Loaded)
    assert reply.functions == {"f": Function(defined=False)}


STUBS = {
    "raise": "def f(z):\n    '''Doc.'''\n    raise NotImplementedError('f: write me')",
    "bare raise": "def f(z):\n    raise NotImplementedError",
    "pass": "def f(z):\n    '''Doc.'''\n    pass",
    "dots": "def f(z): ...",
    "only a docstring": "def f(z):\n    '''Doc.'''",
    "return": "def f(z):\n    return",
    "return None": "def f(z):\n    return None",
}


@pytest.mark.parametrize("source", STUBS.values(), ids=STUBS)
def test_stubs(host: Host, source: str) -> None:
    """A function nobody has started on is known as such, with the line to write at."""
    reply = loaded(host, source)
    assert isinstance(reply, Loaded)
    assert reply.functions["f"] == Function(defined=True, stub=True, line=len(source.splitlines()), signature="(z)")


def test_what_was_defined_before_a_fault(host: Host) -> None:
    """A file that fails half way says what it had by then, what it printed, and where it failed."""
    reply = loaded(host, "def f(z): return 1\nprint('so far')\n1 / 0\ndef g(z): return 1", functions=["f", "g"])
    assert isinstance(reply, Loaded)
    assert (reply.functions["f"].defined, reply.functions["g"].defined) == (True, False)
    assert (reply.output, reply.names) == ("so far\n", ["f"])
    assert reply.fault is not None
    assert (reply.fault.type, reply.fault.frames[-1].line) == ("ZeroDivisionError", 3)


@pytest.mark.parametrize(
    ("source", "kind", "line"),
    [
        ("def f(z)\n    return z", "SyntaxError", 1),
        ("x = 1\ndef f(z):\nreturn z", "IndentationError", 3),
        ("def f(z):\n\tif z:\n        pass", "TabError", 3),
        ("x = (1,\n", "SyntaxError", 1),
        ("x = 1\nreturn x", "SyntaxError", 2),
        (b"x = 1\ny = '\xe9'\n", "SyntaxError", None),
        ("# coding: klingon\n", "SyntaxError", None),
        (b"\xef\xbb\xbf# coding: latin-1\n", "SyntaxError", None),
    ],
)
def test_files_that_do_not_parse(host: Host, source: str | bytes, kind: str, line: int | None) -> None:
    """A file that does not parse says why and where, as Python does."""
    found = import_fault(host, source)
    assert found.type == kind
    assert found.message
    assert line is None or found.line == line
    assert found.frames == []


# -- imports and forbidden functions --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "import torch",
        "import scipy.special",
        "from sklearn.utils import softmax",
        "import pytest",
        "import mlgrade",
        "from mlgrade.sandbox import worker",
        "import msgspec",
        "import importlib\nimportlib.import_module('torch')",
        "__import__('torch')",
    ],
)
def test_imports_that_are_not_on_the_list(host: Host, source: str) -> None:
    """An import that the course does not list is answered with a sentence that says what there is."""
    found = import_fault(host, source)
    assert (found.type, "ImportError" in found.bases) == ("RefusedError", True)
    assert "this course does not use" in found.message
    assert found.message.endswith("what you can import: the standard library, numpy")
    assert found.frames[-1].line == source.count("\n") + 1


@pytest.mark.parametrize(("imports", "source"), [(["stdlib"], "import numpy"), (["numpy"], "import math")])
def test_the_list_is_the_list(host: Host, imports: list[str], source: str) -> None:
    """A module that the worker itself has loaded is refused like any other if it is not on the list."""
    assert import_fault(host, source, imports=imports).type == "RefusedError"


@pytest.mark.parametrize(
    ("imports", "source"),
    [
        (["stdlib", "numpy"], "import numpy.testing"),
        (["stdlib", "numpy"], "import numpy.polynomial, numpy.fft, numpy.random, numpy.typing"),
        (["stdlib", "numpy"], "import statistics, sqlite3, asyncio, unittest, multiprocessing"),
        (["stdlib", "numpy", "msgspec"], "import msgspec"),
        (["stdlib", "rich"], "import rich.markdown"),
        (["numpy"], "import numpy.testing"),
    ],
)
def test_what_is_listed_can_be_imported(host: Host, imports: list[str], source: str) -> None:
    """A listed module can be imported whole, with whatever it imports itself."""
    limits = msgspec.structs.replace(LIMITS, packages=bool(set(imports) - {"stdlib", "numpy"}))
    reply = loaded(host, source, limits, imports=imports)
    assert isinstance(reply, Loaded)
    assert reply.fault is None


@pytest.mark.parametrize(
    ("forbid", "source"),
    [
        ("numpy.linalg.norm", "import numpy as np\ndef f(): return np.linalg.norm([1.0])"),
        ("numpy.linalg.norm", "from numpy.linalg import norm\ndef f(): return norm([1.0])"),
        ("numpy.linalg.norm", "from numpy import linalg as la\ndef f(): return la.norm([1.0])"),
        ("math.fsum", "import math\ndef f(): return math.fsum([1.0])"),
        ("statistics.fmean", "import statistics\ndef f(): return statistics.fmean([1.0])"),
        ("statistics.fmean", "from statistics import fmean\ndef f(): return fmean([1.0])"),
    ],
)
def test_forbidden_functions(host: Host, forbid: str, source: str) -> None:
    """A function that the exercise forbids answers with a sentence, however it is reached and whenever it is loaded."""
    found = fault(called(host, source, forbid=[forbid]))
    assert found.type == "ForbiddenError"
    assert found.message == f"{forbid} is what this exercise asks you to write yourself"


def test_forbidden_is_one_function(host: Host) -> None:
    """The neighbours of a forbidden function work, those that use it too; the next submission has it back."""
    source = "import numpy as np\ndef f(): return float(np.linalg.cond(np.eye(2))), float(np.linalg.det(np.eye(2)))"
    assert value(called(host, source, forbid=["numpy.linalg.norm", "numpy.no.such"])) == (1.0, 1.0)
    assert value(called(host, "import numpy as np\ndef f(): return float(np.linalg.norm([3.0, 4.0]))")) == 5.0


# -- the other way to start -----------------------------------------------------------------------------------


def test_fresh_processes_give_the_same() -> None:
    """A worker with an interpreter of its own answers as a forked one does, over threads instead of poll."""
    source = """import numpy as np
def f(z, g=None):
    if g is None:
        z[0] = 1
        print("hi")
        return z[1:]
    return g(z)
def slow():
    while True: pass
def bad(): raise ValueError("m")
"""
    answers = []
    for kind in (ForkServer, FreshProcess):
        with Host(kind()) as host, working(host, source, functions=["f", "slow", "bad"]) as worker:
            first = worker.call("f", (np.zeros(3),), {}, PLENTY)
            assert isinstance(first, Value)
            assert (first.changed, first.shares, first.output) == (["1"], ["1"], "hi\n")
            big = worker.call("f", (np.ones(2**20), lambda z: float(z.sum())), {}, PLENTY)
            small = worker.call("f", (np.ones(9), lambda z: float(z.sum())), {}, PLENTY)
            answers.append((first.value.tolist(), type(big), small, worker.call("bad", (), {}, PLENTY)))
            if worker.alive:
                assert isinstance(worker.call("slow", (), {}, 0.2), TimedOut)
            assert not worker.alive
    assert answers[0] == answers[1]


@pytest.mark.parametrize("kind", [ForkServer, FreshProcess])
def test_a_wall_that_cannot_be_built(kind: type[ForkServer | FreshProcess]) -> None:
    """A worker that cannot be isolated is our fault and reads no source: it never looks like a student's crash."""
    impossible = msgspec.structs.replace(LIMITS, memory_bytes=2**63)
    with Host(kind()) as host, pytest.raises(SandboxError, match="could not be started"):
        host.worker(impossible)
