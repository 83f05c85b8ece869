"""Forbidden acts: each is seen where the isolation is weakened, in real workers, and doctor names exactly these.

A test weakens a filter or a ruleset in the fork server itself: it starts a small program there that changes what the
worker's modules say before they run. The product has no way to do so.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from mlgrade import course as courses
from mlgrade.cli import cli
from mlgrade.course import Course
from mlgrade.doctor import acts as forbidden
from mlgrade.doctor import report as doctor
from mlgrade.doctor.acts import calls, probe
from mlgrade.doctor.acts.site import PREFIX
from mlgrade.results import Isolation
from mlgrade.sandbox import fork_server
from mlgrade.sandbox import isolation as confine
from mlgrade.sandbox.isolation import kernel, landlock, seccomp

ROOT = Path(__file__).resolve().parents[2]
COURSE = courses.load(ROOT)
LAYERS = [layer for layer in confine.WALLS if layer != confine.PROCESS]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")
Change = Callable[[str], None]


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch) -> Change:
    """Make fork servers run a line before they start."""

    def changed(line: str) -> None:
        program = (
            f"import sys\nfrom mlgrade.sandbox.isolation import landlock, seccomp\n{line}\n"
            "from mlgrade.sandbox import forking\nforking.main(sys.argv[1:])"
        )
        monkeypatch.setattr(fork_server, "command", lambda _, *args: [sys.executable, "-S", "-P", "-c", program, *args])

    return changed


def possible(trial: forbidden.ActTrial, *groups: str) -> set[str]:
    return {one.name for one in trial.possible if one.group in (groups or forbidden.GROUPS)}


def without(*layers: str, course: Course = COURSE) -> forbidden.ActTrial:
    return forbidden.try_all(course, layers)


@pytest.fixture(scope="module")
def open_course() -> Iterator[Course]:
    """A copy of the course where any user may read it, so that only the isolation refuses to."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    for name in ("course.yml", "tests", "solutions"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    yield courses.load(folder)
    shutil.rmtree(folder)


# -- the table --------------------------------------------------------------------------------------------------


def test_the_list_of_harmless_calls_is_the_filters() -> None:
    """Whoever allows one more call writes it in both places, or doctor says that it is possible."""
    assert set(seccomp.ALLOWED) == calls.HARMLESS
    assert set(seccomp.CONDITIONS) == {*calls.CONDITIONAL, "clone"}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_call_is_made_or_harmless(machine: str) -> None:
    """Each call of the table is on the list of harmless ones, is made, or is one that no filter sees."""
    numbers = kernel.numbers(machine)
    made = {name for _, name, _, _ in calls.forbidden(numbers)}
    exempt = {name for name, number in numbers.items() if number in calls.exempt()}
    assert set(numbers) == made | (calls.HARMLESS & set(numbers)) | exempt
    assert not made & calls.HARMLESS


def test_each_act_has_a_name_of_its_own_and_a_function() -> None:
    """What is said of an act can be found again."""
    trial = forbidden.try_all()
    names = [(one.group, one.name) for one in trial.tried]
    assert len(names) == len(set(names)) > 300
    assert {one.group for one in trial.tried} == set(forbidden.GROUPS)


# -- on this machine --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trial() -> forbidden.ActTrial:
    return forbidden.try_all(COURSE)


def test_nothing_forbidden_is_possible(trial: forbidden.ActTrial) -> None:
    """Behind all layers every act is refused, and few have no meaning here."""
    assert trial.possible == []
    assert {one.name for one in trial.tried if one.verdict == probe.UNTRIED} <= {
        "gain capabilities (CapBnd)",
        "be the grader's user or group",
        "be in the grader's groups",
        "start more threads than allowed",
        "raise its limit of memory",
        "read: a file in the home folder",
    }


def test_nothing_is_left_behind(trial: forbidden.ActTrial) -> None:
    """Files that were made to try acts on are gone, also those that a worker was able to create."""
    del trial
    without(confine.LANDLOCK, confine.AUDIT)
    places = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.home(), ROOT)
    assert [entry for place in places if place.is_dir() for entry in place.glob(f"*{PREFIX}*")] == []


# -- weakened ---------------------------------------------------------------------------------------------------

SOCKETS = {"open a UDP socket", "open a socket: AF_NETLINK", "open a socket: AF_VSOCK"}
ALLOWED_TOO = {
    "socket": ({"socket"}, SOCKETS),
    "ptrace": ({"ptrace"}, set()),
    "kill": ({"kill"}, set()),
    "chmod": ({"chmod"}, {"change a file: mode"}),
    "memfd_create": ({"memfd_create"}, set()),
    "fork": ({"fork"}, set()),
    "clone": ({"clone (a process)", "vfork"}, {"start a process"}),
    "pidfd_open": ({"pidfd_open"}, {f"take a descriptor of {who}" for who in ("the grader", "another worker", "the fork server")}),
    "unshare": ({"unshare"}, set()),
}  # fmt: skip


@pytest.mark.full
@pytest.mark.parametrize("name", ALLOWED_TOO)
def test_a_call_too_many_is_named(name: str, change: Change, trial: forbidden.ActTrial) -> None:
    """Exactly the call that a changed filter allows is possible, and what it makes possible besides."""
    if name not in kernel.numbers():
        pytest.skip("this architecture does not have it")
    change(f"seccomp.ALLOWED.append({name!r})")
    found = without()
    made, besides = ALLOWED_TOO[name]
    assert possible(found, forbidden.CALLS) == made
    assert possible(found) - possible(trial) - made <= besides
    assert all(one.broken for one in found.possible)


@pytest.mark.parametrize("name", ["prctl", "fcntl", "ioctl", "openat", "prlimit64"])
def test_a_condition_that_is_gone_is_named(name: str, change: Change) -> None:
    """A call that is allowed whatever its arguments are shows by each argument that it must be refused."""
    change(f"seccomp.ALLOWED.append({name!r})")
    found = possible(without(), forbidden.CALLS)
    assert found
    assert found <= {f"{name} ({what})" for what in calls.CONDITIONAL[name]}


@pytest.mark.skipif(landlock.abi() < 4, reason="Landlock holds TCP from Linux 6.7")
@pytest.mark.parametrize("handled", [True, False])
def test_open_tcp_is_named(handled: bool, change: Change) -> None:
    """With sockets let through, TCP is possible if and only if Landlock does not handle it."""
    line = "seccomp.ALLOWED += ['socket', 'connect']"
    change(line if handled else f"{line}; landlock.TCP = 0")
    found = possible(without(confine.NAMESPACES), forbidden.NETWORK)
    assert ("connect: TCP to 127.0.0.1" in found) is not handled
    assert "connect: a socket with a path" in found


@pytest.mark.skipif(landlock.abi() < 6, reason="Landlock holds signals and abstract sockets from Linux 6.12")
@pytest.mark.parametrize(("right", "names"), [("TCP", "TCP to"), ("SCOPES", "an abstract socket")])
def test_a_right_that_only_the_filter_holds_is_named(right: str, names: str, change: Change) -> None:
    """Where the filter still refuses sockets, what Landlock itself should refuse is tried without the filter."""
    change(f"landlock.{right} = 0")
    found = without()
    network = possible(found, forbidden.NETWORK)
    assert network
    assert all(names in name and name.endswith("with Landlock alone") for name in network)
    assert all(one.broken for one in found.possible)


READABLE = "old = landlock._allowed\nlandlock._allowed = lambda packages: [*old(packages), ({!r}, landlock.READ)]"


def test_hidden_files_in_reach_are_named(change: Change, open_course: Course) -> None:
    """A ruleset that leaves the course readable shows by the suites, the solutions and the course's own file."""
    change(READABLE.format(str(open_course.root)))
    found = without(course=open_course)
    wanted = {"read: hidden suite", "read: visible suite", "read: solution", "read: course.yml"}
    assert wanted == possible(found, forbidden.FILES)
    assert all(one.broken for one in found.possible if one.group == forbidden.FILES)


# Acts that the kernel, this machine or the watch refuses without any layer.
ALWAYS_REFUSED = {
    "open a socket: AF_ALG",
    "open a socket: AF_VSOCK",
    "find suites in its own memory",
    "fill its scratch folder with more than 32 MiB",
    "hold 128 MiB in files that it has deleted",
    "raise its limit of open files",
}
OF_ROOT = {"read: /etc/shadow", "read: /root/.bashrc", "list: /root", "open a raw socket", "open a socket: AF_PACKET"}


def test_every_act_is_possible_without_isolation() -> None:
    """No act is refused because it was tried wrongly: with all layers gone nearly all are possible."""
    found = without(*LAYERS)
    others = (forbidden.FILES, forbidden.NETWORK, forbidden.RESOURCES)
    refused = {one.name for one in found.tried if one.verdict == probe.REFUSED and one.group in others}
    assert refused <= ALWAYS_REFUSED | (set() if confine.identity.available() else OF_ROOT)
    by_number = [one for one in found.tried if one.group == forbidden.CALLS]
    made = [one for one in by_number if one.verdict == probe.POSSIBLE]
    assert len(made) > 0.75 * len(by_number)  # the rest the kernel has not, or keeps for a capability
    assert {"socket", "ptrace", "kill", "chmod", "memfd_create", "execve", "unshare", "keyctl"} <= {one.name for one in made}  # fmt: skip
    assert not any(one.broken for one in made)


# -- what doctor says -------------------------------------------------------------------------------------------


def plain(facts: Iterable[doctor.DoctorFact]) -> Iterator[doctor.DoctorFact]:
    return (fact for fact in facts if not fact.detail)


@pytest.mark.parametrize("name", ["socket", "ptrace", "kill", "chmod", "memfd_create"])
def test_doctor_is_not_strict_with_a_call_too_many(name: str, change: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command names the call, does not say strict, and ends with 70."""
    change(f"seccomp.ALLOWED.append({name!r})")
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(cli, ["doctor", "--plain"])
    assert done.exit_code == 70
    lines = done.output.splitlines()
    [isolation] = [line for line in lines if " isolation " in line]
    assert "reduced, not strict" in isolation
    assert [line for line in lines if f"  {name} " in line and "BROKEN: possible" in line]
    [calls_line] = [line for line in lines if line.startswith("NOTE  system calls")]
    tried = int(calls_line.split()[5])
    assert int(calls_line.split()[3]) == tried - 1


def test_doctor_fits_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The summary has a line for each group and is no longer than 24 lines of 80 characters."""
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(cli, ["doctor", "--plain"])
    lines = done.output.splitlines()
    assert sum(-(-len(line) // 80) for line in lines) <= 24
    for group in forbidden.GROUPS:
        [line] = [line for line in lines if f"  {group} " in line]
        assert " refused" in line


def test_a_layer_that_is_missing_promises_nothing(open_course: Course) -> None:
    """Without Landlock hidden files are possible and named, and that is a reduced level, not a broken one."""
    found = without(confine.LANDLOCK, confine.AUDIT, course=open_course)
    assert "read: hidden suite" in possible(found)
    assert not any(one.broken for one in found.possible if one.group == forbidden.FILES)
    level = doctor._level(found)
    assert level.value.startswith(f"{Isolation.REDUCED}: ")
    assert not level.good


def test_an_audit_hook_is_no_refusal() -> None:
    """Where only Python's own hook refuses to open a file, that counts as possible."""
    found = without(confine.LANDLOCK)
    [one] = [one for one in found.tried if one.name == "read: hidden suite"]
    assert one.verdict == probe.POSSIBLE
    assert "audit hook only" in one.detail


@pytest.mark.full
def test_json_holds_every_act(monkeypatch: pytest.MonkeyPatch) -> None:
    """The full account has each act and each layer by itself, with the fields that it always had."""
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(cli, ["doctor", "--json"])
    facts = msgspec.convert(json.loads(done.output), list[doctor.DoctorFact])
    acts = [fact for fact in facts if fact.name.startswith("act ")]
    assert len(acts) > 300
    assert {"wall landlock", "wall seccomp", "isolation", "python", "numpy"} <= {fact.name for fact in facts}
    assert not {fact.name for fact in plain(facts)} & {fact.name for fact in acts}
