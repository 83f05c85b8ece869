"""The isolation layers around a worker, each for itself, and the scratch folder that it stands in."""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from mlgrade import course as courses
from mlgrade.doctor import layers, refused_calls
from mlgrade.errors import SandboxError, UsageError
from mlgrade.grading.grader import Grader
from mlgrade.sandbox import isolation
from mlgrade.sandbox.fork_server import ForkServer
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.isolation import WALLS, identity, kernel, landlock, libraries
from mlgrade.sandbox.launch import launcher
from mlgrade.sandbox.limits import MIB, SCRATCH_BYTES, SCRATCH_DEPTH, SCRATCH_ENTRIES, Limits
from mlgrade.sandbox.protocol import Died, Load, Loaded, Raised, Result, Value
from mlgrade.sandbox.scratch import LOCKED, PREFIX, OverfullError, Scratch, Watch, sweep, sweep_stale
from mlgrade.sandbox.starting import FreshProcess

ROOT = Path(__file__).resolve().parents[2]
LINUX = sys.platform == "linux"


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host(launcher()) as running:
        yield running


def called(host: Host, source: str, args: tuple[object, ...] = (), seconds: float = 5.0) -> Result:
    """What `f(*args)` of a source gives in a worker of its own."""
    load = Load(
        source=source.encode(), name="a", filename="a.py", functions=["f"], imports=["stdlib", "numpy"], forbid=[]
    )
    worker = host.worker(Limits())
    loaded = worker.load(load)
    assert isinstance(loaded, Loaded)
    assert loaded.fault is None, loaded.fault
    try:
        return worker.call("f", args, {}, seconds)
    finally:
        worker.close()


# -- which isolation is active ----------------------------------------------------------------------------------------


def test_all_needed_walls_stand_here() -> None:
    """On this machine a worker stands behind every layer that hidden suites ask for."""
    with Host(launcher()) as host:
        host.require()
        assert isolation.level(host.walls) == "strict"


@pytest.mark.parametrize("wall", sorted(isolation.NEEDED - {"process"}))
def test_a_missing_wall_is_noticed(wall: str) -> None:
    """Without one of them isolation is reduced, the layer is named, and whoever demands it gets no worker."""
    with Host(launcher(without=[wall])) as host, pytest.raises(SandboxError, match=f"{wall} missing"):
        host.require()
    assert isolation.level(host.walls) == "reduced"


def test_the_weakest_worker_speaks_for_all(host: Host) -> None:
    """What a host says of its isolation layers holds for each worker that it had."""
    host.worker(Limits()).close()
    mixed = Host(host._launcher)
    mixed.worker(Limits()).close()
    assert "seccomp" in mixed.walls
    with Host(launcher(without=["seccomp"])) as bare:
        mixed._launcher = bare._launcher
        mixed.worker(Limits()).close()
    assert "seccomp" not in mixed.walls


def test_no_wall_of_the_kernel_is_none() -> None:
    """A process of its own alone is no isolation to speak of."""
    assert isolation.level(["process", "audit hook", "descriptors"]) == "none"


@pytest.mark.parametrize("act", layers.acts(), ids=lambda act: act.wall)
def test_each_wall_is_what_refuses(act: layers.LayerAct) -> None:
    """An act that is possible without an isolation layer is refused with it, all else being equal."""
    [one], walls = layers.prove([act])
    if act.wall not in walls and act.wall != "audit hook":
        pytest.skip(f"{act.wall} cannot be had here")
    assert one.holds, one


def test_a_fresh_process_has_the_same_walls() -> None:
    """The way of systems without a fork server puts up what the system has."""
    with Host(FreshProcess()) as host:
        host.require()
        assert isinstance(called(host, "import os\ndef f(): return os.fork()"), Raised)


def test_a_wall_that_cannot_be_put_up_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that fails to shut itself in runs nothing, and says why."""
    with Host(ForkServer()) as host:
        gone = host._launcher._scratch.path  # type: ignore[attr-defined]
        monkeypatch.setattr(Scratch, "folder", lambda _self: f"{gone}/{PREFIX}not-there")
        with pytest.raises(SandboxError, match="could not be started"):
            host.worker(Limits())


# -- honest code ----------------------------------------------------------------------------------------------


def test_honest_code_is_refused_nothing() -> None:
    """Threads, FFT, SVD, einsum, late imports, temporary files, warnings: all work, and no call is refused."""
    uses = list(refused_calls.honest())
    assert {use.name for use in uses} >= {
        "threads",
        "fourier",
        "linear_algebra",
        "einsum",
        "late_imports",
        "files",
        "warns",
    }
    assert [use for use in uses if not use.worked or use.refused] == []


def test_a_refused_call_is_named(tmp_path: Path) -> None:
    """What the filter refuses is listed by name, and the worker is refused it all the same."""
    listing = refused_calls.RefusedCalls(str(tmp_path))
    with Host(launcher(listing=listing.path)) as host:
        assert isinstance(called(host, "import socket\ndef f(): return socket.socket()"), Raised)
        assert listing.new() == ["socket"]
        assert isinstance(called(host, "import os\ndef f(): return os.fork()"), Raised)
        assert "clone" in " ".join(listing.new())


# -- users ----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not identity.available(), reason="only root can give workers users of their own")
def test_each_worker_is_another_user(host: Host) -> None:
    """Two workers are two users, neither of them root, without groups and without rights to become anybody else."""
    source = "import os\ndef f(): return [os.getuid(), os.geteuid(), os.getgid(), len(os.getgroups())]"
    first, second = called(host, source), called(host, source)
    assert isinstance(first, Value)
    assert isinstance(second, Value)
    assert first.value[0] != second.value[0]
    for value in (first.value, second.value):
        assert identity.FIRST <= value[0] < identity.FIRST + identity.COUNT
        assert value[1:] == [value[0], value[0], 0]


def test_the_range_of_users_belongs_to_no_account() -> None:
    """Numbers go round within the range."""
    numbers = identity.users()
    taken = [next(numbers) for _ in range(identity.COUNT + 1)]
    assert len(set(taken)) == identity.COUNT
    assert {*taken} == {*range(identity.FIRST, identity.FIRST + identity.COUNT)}


@pytest.mark.skipif(not LINUX, reason="prctl is Linux's")
def test_the_grader_hides_itself() -> None:
    """Whoever starts workers cannot be traced or read by other processes of the same user any more."""
    code = "from mlgrade.sandbox.launch import launcher; import ctypes; launcher().close(); print(ctypes.CDLL(None).prctl(3))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "0\n"


CAPABILITIES = """
import ctypes, os, struct
def f():
    libc, data = ctypes.CDLL(None), ctypes.create_string_buffer(24)
    libc.capget(struct.pack("=Ii", 0x20080522, 0), data)
    bounding = sum(libc.prctl(23, ctypes.c_ulong(one), 0, 0, 0) == 1 for one in range(64))
    ambient = sum(libc.prctl(47, ctypes.c_ulong(1), ctypes.c_ulong(one), 0, 0) == 1 for one in range(64))
    return [*struct.unpack("=6I", data.raw), ambient, bounding]
"""


@pytest.mark.skipif(not LINUX, reason="capabilities are Linux's")
@pytest.mark.parametrize("without", [(), (isolation.NAMESPACES,), (isolation.LANDLOCK, isolation.SECCOMP)], ids=str)
def test_no_worker_keeps_a_capability(without: tuple[str, ...]) -> None:
    """Every set is empty, the bounding set too where it may be lowered: by root, and in a user namespace."""
    may_lower = identity.capabilities() >> identity.CAP_SETPCAP & 1
    with Host(ForkServer(without=[*without, isolation.SECCOMP])) as host:  # the filter refuses to ask
        result = called(host, CAPABILITIES)
        assert isinstance(result, Value), result
        *sets, bounding = result.value
        assert sets == [0] * 7
        if may_lower or isolation.NAMESPACES in host.walls:
            assert bounding == 0


LATE = """
import importlib, sys
def f(names):
    for name in names:
        importlib.import_module(name)
    import datetime, decimal, sqlite3, ssl, zoneinfo
    import numpy as np
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(abs, [-1, -2])) == [1, 2]
    assert sqlite3.connect(":memory:").execute("select 1").fetchall() == [(1,)]
    np.testing.assert_allclose(np.fft.ifft(np.fft.fft([1.0, 2.0])).real, [1, 2])
    return [name for name in names if name not in sys.modules]
"""


@pytest.mark.skipif(not LINUX, reason="everywhere else nothing is listed")
def test_late_imports_find_their_libraries(host: Host) -> None:
    """All extension modules of the standard library and all parts of numpy load behind every isolation layer."""
    dynamic = {path.name.partition(".")[0] for path in Path(sysconfig.get_path("stdlib"), "lib-dynload").glob("*.so")}
    known = sorted(name for name in dynamic & sys.stdlib_module_names if not name.startswith(libraries.TESTS))
    parts = ["numpy.testing", "numpy.fft", "numpy.random", "numpy.ma", "numpy.polynomial", "zoneinfo", "encodings.idna"]
    result = called(host, LATE, ([*known, *parts],), seconds=30.0)
    assert isinstance(result, Value), result
    assert result.value == []


@pytest.mark.skipif(not libraries.listed(), reason="another C library")
def test_libraries_are_read_file_by_file() -> None:
    """The system's library folders are not readable as a whole, and the loader's own cache names what is listed."""
    assert not {*libraries.FOLDERS} & {*landlock.readable(packages=False)}
    listed = [os.path.realpath(path) for path in libraries.needed()]
    assert all(Path(path).is_file() for path in listed)
    assert any("libgcc_s" in path for path in listed)
    cached = {os.path.realpath(path) for path in libraries.cached()}
    assert os.path.realpath(next(path for path in listed if "libc.so" in path)) in cached


def test_what_the_loader_does_not_list_is_not_read(host: Host) -> None:
    """Neither a data file nor a library that nothing needs, though it lies beside those that are."""
    others = [
        path for path in libraries.cached() if os.path.realpath(path) not in map(os.path.realpath, libraries.needed())
    ]
    data = [
        str(path) for path in Path("/usr/lib").glob("*/*") if path.suffix in {".txt", ".conf", ".py"} and path.is_file()
    ]
    source = (
        "def f(paths):\n    found = []\n    for path in paths:\n        try:\n            open(path).close()\n"
        "            found.append(path)\n        except OSError:\n            pass\n    return found"
    )
    tried = [*others[:20], *data[:20]]
    if LINUX and landlock.abi() and tried:
        assert called(host, source, (tried,)) == Value(value=[])


# -- deaths ---------------------------------------------------------------------------------------------------

SHUT = "import os\ndef f():\n    os.mkdir('a', 0)\n    os.mkdir('b')\n    os.mkdir('b/c', 0)\n    return 1"
NAMES = "import os\ndef f():\n    for name in (b'\\xff', b'new\\nline', b'-rf'):\n        os.close(os.open(name, os.O_CREAT | os.O_WRONLY, 0))\n    return 1"
NESTED = """
import os
def f():
    top = os.open('.', os.O_RDONLY)
    for _ in range(900):
        os.mkdir('d', 0o700, dir_fd=top)
        inner = os.open('d', os.O_RDONLY, dir_fd=top)
        os.close(top)
        top = inner
    return 1
"""


@pytest.mark.parametrize("source", [SHUT, NAMES, NESTED], ids=["shut", "names", "nested"])
@pytest.mark.parametrize("start", [ForkServer, FreshProcess])
def test_nothing_stays_in_the_scratch_folder(source: str, start: type[ForkServer] | type[FreshProcess]) -> None:
    """Folders that nobody may enter, names that are no text, deep nesting: all gone with the worker."""
    with Host(start()) as host:
        top = Path(host._launcher._scratch.path)  # type: ignore[attr-defined]
        # A slow machine may notice the nesting before it is done.
        assert called(host, source) in (Value(value=1), Died(how=f"it nested folders more than {SCRATCH_DEPTH} deep"))
        left = list(top.iterdir())
        assert start is ForkServer or left == []  # a fork server clears away a little later
    assert not top.exists()


MANY_FILES = "n = 0\n    while True:\n        open(f'{(n := n + 1)}', 'w').close()"
MANY_BYTES = "n = 0\n    while True:\n        open(f'{(n := n + 1)}', 'wb').write(bytes(1 << 20))"


@pytest.mark.skipif(not LINUX, reason="only the fork server watches")
@pytest.mark.parametrize(
    ("act", "why"),
    [
        (MANY_FILES, f"more than {SCRATCH_ENTRIES} files"),
        (MANY_BYTES, f"more than {SCRATCH_BYTES // MIB} MiB"),
    ],
    ids=["files", "bytes"],
)
def test_a_scratch_folder_does_not_grow_for_ever(act: str, why: str) -> None:
    """Where the kernel does not keep the bounds, the fork server does, and says why it stopped a file."""
    with Host(ForkServer(without=[isolation.NAMESPACES])) as host:
        result = called(host, f"def f():\n    {act}", seconds=30.0)
    assert isinstance(result, Died)
    assert why in result.how


HIDE = """
import mmap, os
kept = []
def hide(size, mapped):
    file = os.open('x', os.O_RDWR | os.O_CREAT)
    os.unlink('x')
    os.write(file, bytes(size))
    if mapped:
        kept.append(mmap.mmap(file, 4096))
        os.close(file)
def f(count, size, mapped):
    import time
    for _ in range(count):
        hide(size, mapped)
    time.sleep(20)
"""


@pytest.mark.skipif(not LINUX, reason="only the fork server watches")
@pytest.mark.parametrize(("count", "mapped"), [(9, False), (9, True)], ids=["open", "mapped"])
def test_deleted_files_are_counted(count: int, mapped: bool) -> None:
    """Files that have no name any more count as long as the worker holds them."""
    with Host(ForkServer(without=[isolation.NAMESPACES])) as host:
        result = called(host, HIDE, (count, 4 * MIB, mapped), seconds=15.0)
    assert result == Died(how=f"it wrote more than {SCRATCH_BYTES // MIB} MiB into files")


@pytest.mark.skipif(not LINUX, reason="mount namespaces are Linux's")
@pytest.mark.parametrize("act", [MANY_FILES, MANY_BYTES], ids=["files", "bytes"])
def test_the_kernel_keeps_the_bounds(host: Host, act: str) -> None:
    """Where it can, each scratch folder is a file system of its own, which is full and never too full."""
    result = called(host, f"def f():\n    {act}", seconds=30.0)
    if isolation.NAMESPACES not in host.walls:
        pytest.skip("no namespaces here")
    assert isinstance(result, Raised), result
    assert "No space left" in result.fault.message


def test_a_file_does_not_grow_for_ever(host: Host) -> None:
    """One file has a limit of its own, kept by the kernel."""
    result = called(host, "def f():\n    with open('a', 'wb') as file: file.write(bytes(9 << 20))")
    assert isinstance(result, (Raised, Died)), result


def test_a_graders_death_leaves_no_scratch_folder() -> None:
    """The fork server tidies up after a grader that was killed."""
    code = (
        "import sys; from mlgrade.sandbox.fork_server import ForkServer; from mlgrade.sandbox.limits import Limits; p = ForkServer();"
        "p.spawn(Limits()); print(p._scratch.path, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as grader:
        assert grader.stdout is not None
        folder = Path(grader.stdout.readline().strip())
        assert folder.is_dir()
        grader.kill()
    deadline = time.monotonic() + 30
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks, and nothing is swept")
def test_a_start_sweeps_what_an_earlier_run_left(tmp_path: Path) -> None:
    """Folders whose grader is gone are removed; one that is in use, a link and a foreign name stay."""
    stale, used, link = (tmp_path / f"{LOCKED}{name}" for name in ("stale", "used", "link"))
    foreign = tmp_path / "elsewhere"
    for folder in (stale, used, foreign):
        (folder / "inner").mkdir(parents=True)
        (folder / "inner" / "file").write_text("1")
    link.symlink_to(foreign)
    with contextlib.closing(Held(used)):
        sweep_stale(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {used.name, link.name, foreign.name}
        assert (foreign / "inner" / "file").exists()
        assert (used / "inner" / "file").exists()
    sweep_stale(tmp_path)
    assert not used.exists()


class Held:
    """A folder as a living grader holds it."""

    def __init__(self, folder: Path) -> None:
        import fcntl

        self._descriptor = os.open(folder, os.O_RDONLY)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def close(self) -> None:
        os.close(self._descriptor)


def test_a_launchers_folder_is_locked() -> None:
    """Another start does not take the folder of a living grader for stale, and takes it when the grader is gone."""
    made = Scratch()
    try:
        sweep_stale(Path(made.path).parent)
        assert Path(made.path).is_dir()
    finally:
        made.close()
    assert not Path(made.path).exists()


def test_sweeping_is_bounded_in_time(tmp_path: Path) -> None:
    """Nobody waits for what others left: the rest is for the next start."""
    (tmp_path / f"{LOCKED}a" / "b").mkdir(parents=True)
    sweep_stale(tmp_path, seconds=-1.0)
    assert (tmp_path / f"{LOCKED}a" / "b").exists()


def test_sweep_touches_only_scratch_folders(tmp_path: Path) -> None:
    """Whatever goes wrong elsewhere, a folder of somebody else's is not removed."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ValueError, match="no scratch folder"):
        sweep(str(tmp_path))
    assert (tmp_path / "thesis.txt").exists()


def test_sweep_does_not_follow_links(tmp_path: Path) -> None:
    """A link in a scratch folder is removed, and what it points at stays."""
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("1")
    folder = tmp_path / f"{PREFIX}a"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "link").symlink_to(tmp_path / "precious")
    (folder / "link").symlink_to(tmp_path / "precious" / "file")
    sweep(str(folder))
    assert not folder.exists()
    assert (tmp_path / "precious" / "file").read_text() == "1"


def test_watch_counts_without_following_links(tmp_path: Path) -> None:
    """A link into a large folder costs one entry."""
    (tmp_path / "large").mkdir()
    for number in range(SCRATCH_ENTRIES + 1):
        (tmp_path / "large" / str(number)).touch()
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / "link").symlink_to(tmp_path / "large")
    Watch(str(tmp_path / "scratch"))()
    with pytest.raises(OverfullError, match="files"):
        Watch(str(tmp_path / "large"))()


@pytest.mark.parametrize(
    ("name", "levels"), [("d", SCRATCH_DEPTH + 2), ("d" * 255, SCRATCH_DEPTH)], ids=["deep", "long"]
)
def test_files_cannot_be_hidden_from_the_watch(name: str, levels: int, tmp_path: Path) -> None:
    """A folder that is too deep, or whose path is too long to be opened, is as bad as a full one."""
    folder = tmp_path / f"{PREFIX}a"
    folder.mkdir()
    at = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=at)
        below = os.open(name, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    with pytest.raises(OverfullError, match=r"deep|looked into"):
        Watch(str(folder))()
    sweep(str(folder))
    assert not folder.exists()


@pytest.mark.skipif(not LINUX, reason="Landlock is Linux's")
def test_a_worker_sees_no_other_scratch_folder() -> None:
    """Also where all workers are one user: each opens files in its own folder, and in no other's."""
    start = ForkServer(without=[isolation.IDENTITY, isolation.NAMESPACES])  # so that we see the files, too
    with Host(start) as host:
        first = host.worker(Limits())
        [folder] = Path(start._scratch.path).iterdir()
        second = host.worker(Limits())
        [other] = {*Path(start._scratch.path).iterdir()} - {folder}
        for worker, own, foreign in ((first, folder, other), (second, other, folder)):
            (foreign / "secret").write_text("1")
            (foreign / "secret").chmod(0o666)
            source = (
                "import os\n"
                "def own(): open('mine', 'w').write('1'); return open('mine').read()\n"
                f"def foreign(): return open('{foreign}/secret').read()\n"
                f"def listed(): return os.listdir('{foreign}')\n"
            )
            names = ["own", "foreign", "listed"]
            load = Load(
                source=source.encode(), name="s", filename="s.py", functions=names, imports=["stdlib"], forbid=[]
            )
            assert isinstance(worker.load(load), Loaded)
            mine = worker.call("own", (), {}, 5.0)
            assert isinstance(mine, Value)
            assert mine.value == "1"
            assert (own / "mine").exists()
            for name in names[1:]:
                result = worker.call(name, (), {}, 5.0)
                assert isinstance(result, Raised)
                assert result.fault.type == "PermissionError"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root looks everywhere")
def test_a_shut_folder_is_not_overlooked(tmp_path: Path) -> None:
    """A folder that may be written and not read is as bad as a full one."""
    (tmp_path / "shut").mkdir(0o300)
    with pytest.raises(OverfullError, match="looked into"):
        Watch(str(tmp_path))()


@pytest.mark.skipif(not Path("/dev/shm").is_mount(), reason="no file system in memory here")
def test_the_scratch_folder_is_in_memory() -> None:
    """Where the system has such a place, nothing of a submission ever reaches a disk."""
    made = Scratch()
    try:
        assert made.path.startswith("/dev/shm/")
    finally:
        sweep(made.path)


def test_a_course_in_reach_of_student_code_is_not_graded(tmp_path: Path) -> None:
    """A course that lies among the files which a worker may read is refused before anything is run."""
    within = Path(np.__file__).parent / "core"
    assert landlock.in_reach(within, packages=False).endswith("numpy")
    assert landlock.in_reach(tmp_path, packages=False) == ""
    course = courses.load(ROOT)
    with pytest.raises(UsageError, match="which student code may read"):
        Grader(msgspec.structs.replace(course, root=within), [], Host(None))  # type: ignore[arg-type]  # no worker is started


def test_every_wall_is_described() -> None:
    """An isolation layer that can stand has a sentence that says what it stops."""
    assert {act.wall for act in layers.acts()} == set(WALLS)


def test_an_error_names_the_call() -> None:
    """A system call that fails says which one it was."""
    with pytest.raises(OSError, match="pidfd_open"):
        kernel.call("pidfd_open", ctypes.c_int(-1), ctypes.c_uint(0))


def test_blas_threads_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread unless MLGRADE_BLAS_THREADS says otherwise; the user's own setting does not leak in."""
    source = "import os\ndef f(): return os.environ['OPENBLAS_NUM_THREADS']"
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    with Host(launcher()) as host:
        assert called(host, source) == Value(value="1")
    monkeypatch.setenv("MLGRADE_BLAS_THREADS", "2")
    with Host(launcher()) as host:
        assert called(host, source) == Value(value="2")
        assert os.environ["OPENBLAS_NUM_THREADS"] == "7"


WITHOUT_UNIX = """
import asyncio, ctypes, json, os, select, shutil, signal, socket, subprocess, sys, tempfile
import click, msgspec, numpy, platformdirs, pytest, rich.console, yaml
for name in ("resource", "fcntl", "pwd", "grp", "termios", "pty"):
    sys.modules[name] = None
for name in ("geteuid", "getuid", "fork", "setsid", "killpg", "setresuid", "statvfs", "mkfifo", "getpgid"):
    delattr(os, name)
for name in ("SIGKILL", "SIGUSR1"):
    delattr(signal, name)
sys.platform = "win32"
import mlgrade.sandbox.worker, mlgrade.sandbox.launch, mlgrade.sandbox.host, mlgrade.cli.check, mlgrade.api, mlgrade.doctor.report
from mlgrade.sandbox import isolation, scratch
made = scratch.Scratch()
made.folder()
scratch.sweep(made.path)
print(isolation.level(["process"]), os.path.exists(made.path), isolation.identity.available())
"""


def test_nothing_on_a_students_path_needs_unix() -> None:
    """The modules that check a file load, and scratch folders work, on a system without Unix's own calls."""
    done = subprocess.run([sys.executable, "-c", WITHOUT_UNIX], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("none False False\n", "")
