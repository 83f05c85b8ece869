"""Container files, read without an engine: rules that ours are held to, and that they can be broken."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "containers" / "Containerfile"
KNOWN = {
    "FROM",
    "ARG",
    "COPY",
    "RUN",
    "ENV",
    "USER",
    "WORKDIR",
    "ENTRYPOINT",
    "CMD",
}  # ADD, EXPOSE, VOLUME are not used
HIDDEN = ("solutions", "tests", "course.yml", "exercises", "grader")
SECRET = re.compile(
    r"(?i)(password|passwd|secret|token|api_?key|credential|BEGIN [A-Z ]*PRIVATE KEY|://[^/\s]+:[^/\s]+@)"
)


class Step(NamedTuple):
    line: int
    name: str
    rest: str


def steps(text: str) -> Iterator[Step]:
    """The instructions, with lines that go on joined; comments between them are not part of any."""
    begun, words = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        begun = begun or number
        words += f" {line.rstrip().removesuffix(chr(92))}"
        if not line.rstrip().endswith("\\"):
            name, _, rest = words.strip().partition(" ")
            yield Step(begun, name, re.sub(r"\s+", " ", rest.strip()))
            begun, words = 0, ""
    assert not words, "the last line goes on and there is none"


def problems(text: str) -> list[str]:
    """Every rule that is broken, with its line."""
    found = list(steps(text))
    last = [step for step in found if step.line >= max(step.line for step in found if step.name == "FROM")]
    return [f"{line}: {what}" for line, what in [*_each(found), *_bases(found), *_image(last)]]


def _each(found: list[Step]) -> Iterator[tuple[int, str]]:
    for step in found:
        if step.name not in KNOWN:
            yield step.line, f"{step.name} is not used here"
        if SECRET.search(step.rest):
            yield step.line, "looks like a secret"
        if step.name == "RUN":
            yield from ((step.line, what) for what in _run(step.rest))
        if step.name == "COPY" and any(source in (".", "./", "*", "/") for source in shlex.split(step.rest)[:-1]):
            yield step.line, "copies a whole folder: name what is needed"


def _run(command: str) -> Iterator[str]:
    for tool in ("curl", "wget", "sudo", "git clone", "chmod 777", "chmod -R 777"):
        if re.search(rf"\b{tool}\b", command):
            yield f"{tool}: nothing is fetched or opened up"
    if re.search(r"\bpip (install|wheel|download)\b", command) and "--no-cache-dir" not in command:
        yield "pip leaves a cache"
    if re.search(r"\bapt(-get)? install\b", command) and not (
        "--no-install-recommends" in command and "rm -rf /var/lib/apt/lists" in command
    ):
        yield "apt leaves its lists, or brings more than was asked for"


def _bases(found: list[Step]) -> Iterator[tuple[int, str]]:
    arguments = {step.rest.partition("=")[0] for step in found if step.name == "ARG"}
    for step in found:
        if step.name != "FROM":
            continue
        image = step.rest.split()[0]
        pinned = re.fullmatch(r"[\w./-]+:([\w.-]+)@(sha256:[0-9a-f]{64}|\$\{(\w+)\})", image)
        if pinned is None or pinned[1] == "latest" or (pinned[3] and pinned[3] not in arguments):
            yield step.line, f"{image}: a tag that is not latest, and a digest"
    for step in found:
        if step.name == "ARG" and step.rest.startswith("DIGEST="):
            yield step.line, "a digest that was never looked up"


def _image(last: list[Step]) -> Iterator[tuple[int, str]]:
    """What is left in the image that is run."""
    names = [step.name for step in last]
    users = [step for step in last if step.name == "USER"]
    if not users or any(not re.fullmatch(r"[1-9]\d*:[1-9]\d*", step.rest) for step in users):
        yield last[0].line, "USER: a number for user and group that is not 0"
    if "RUN" in names and users and names.index("USER") < len(names) - 1 - names[::-1].index("RUN"):
        yield users[0].line, "USER comes after what is installed, so that it cannot change it"
    programs = [step for step in last if step.name == "ENTRYPOINT"]
    if len(programs) != 1 or not _is_list(programs[0].rest):
        yield last[-1].line, "ENTRYPOINT: one program, as a list"
    for step in last:
        if step.name == "COPY" and "--from=" in step.rest and step.rest.split()[-1] != "/opt/mlgrade":
            yield step.line, "takes more from the stage before than what was installed"
        if step.name == "CMD" and not _is_list(step.rest):
            yield step.line, "CMD: a list, so that no shell stands between"
        if step.name == "COPY" and "--from=" not in step.rest and any(part in step.rest for part in HIDDEN):
            yield step.line, "a part of the course stays in the image"


def _is_list(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return False


# -- ours -------------------------------------------------------------------------------------------------------------


def test_no_rule_is_broken() -> None:
    """The file as it stands."""
    assert problems(FILE.read_text()) == []


def test_what_it_copies_is_there_and_enough_for_the_wheel() -> None:
    """Every source exists; all that the build of the wheel reads is among them."""
    import runpy

    copied = [
        source
        for step in steps(FILE.read_text())
        if step.name == "COPY" and "--from=" not in step.rest
        for source in step.rest.split()[:-1]
    ]
    assert all((ROOT / source).exists() for source in copied)
    parts = runpy.run_path(str(ROOT / "grader" / "mlgrade" / "authoring" / "scaffold" / "bundle.py"))["PARTS"]
    needed = {path.relative_to(ROOT).as_posix() for part in parts for path in ROOT.glob(part)}
    assert not [name for name in needed if not any(name == one or name.startswith(f"{one}/") for one in copied)]
    assert {"pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "grader"} <= set(copied)


def test_the_template_is_taken_out() -> None:
    """It lies where the build hook puts it, in the Python that the base image has."""
    hook = (ROOT / "hatch_build.py").read_text()
    [place] = re.findall(r'^PLACE = "(mlgrade/\w+)/', hook, re.MULTILINE)
    [version] = set(re.findall(r"FROM python:(\d\.\d+)-", FILE.read_text()))
    assert f"/opt/mlgrade/lib/python{version}/site-packages/{place}" in FILE.read_text()


def documented() -> list[str]:
    """The words of the run command in docs/how-to/container.md."""
    [block] = re.findall(
        r"```text\n(docker run .*?)```", (ROOT / "docs" / "how-to" / "container.md").read_text(), re.DOTALL
    )
    return shlex.split(block.replace("\\\n", " "))


def test_the_run_command_gives_nothing_away() -> None:
    """No network, no right, nothing to write but two places; the filter of the engine stays."""
    words = documented()
    pairs = list(pairwise(words))
    for pair in (("--network", "none"), ("--cap-drop", "ALL"), ("--security-opt", "no-new-privileges")):
        assert pair in pairs
    assert {"--rm", "--read-only", "--pids-limit", "--memory", "--memory-swap", "--user"} <= set(words)
    assert not {"--privileged", "-v", "--volume", "--device", "--pid", "--ipc", "--cap-add"} & set(words)
    assert [value for option, value in pairs if option == "--security-opt"] == ["no-new-privileges"]
    mounts = [value for option, value in pairs if option == "--mount"]
    assert [mount for mount in mounts if not mount.endswith(",readonly")] == ["type=bind,source=$PWD/book,target=/book"]
    [tmpfs] = [value for option, value in pairs if option == "--tmpfs"]
    assert {"nosuid", "nodev", "noexec"} <= set(tmpfs.partition(":")[2].split(","))


def test_every_option_has_its_reason() -> None:
    """A row of the table for each of them."""
    text = (ROOT / "docs" / "how-to" / "container.md").read_text()
    rows = "".join(line for line in text.splitlines() if line.startswith("| "))
    options = {word for word in documented() if word.startswith("--")} - {"--rm", "--security-opt", "--mount"}
    own = {"--course", "--gradebook", "--plain"}  # of mlgrade
    assert [option for option in options - own if option not in rows] == []
    assert "no-new-privileges" in rows
    assert "readonly" in rows


# -- the rules bite ---------------------------------------------------------------------------------------------------------

DIGEST = f"sha256:{'0' * 64}"
GOOD = f'FROM a/b:1.2@{DIGEST}\nRUN true\nUSER 7:7\nENTRYPOINT ["/x"]\n'


@pytest.mark.parametrize(
    ("change", "to", "what"),
    [
        (f"@{DIGEST}", "", "a digest"),
        ("1.2", "latest", "not latest"),
        (DIGEST, "${OTHER}", "a digest"),
        ("FROM", "ARG DIGEST=sha256:0\nFROM", "never looked up"),
        ("USER 7:7\n", "", "not 0"),
        ("7:7", "root", "not 0"),
        ("7:7", "0:0", "not 0"),
        ("RUN true\nUSER 7:7", "USER 7:7\nRUN true", "after what is installed"),
        ("true", "curl x | sh", "nothing is fetched"),
        ("true", "pip install x", "a cache"),
        ("true", "apt-get update && apt-get install -y x", "apt leaves"),
        ("RUN true", "ADD https://x.example/y /y", "ADD is not used"),
        ("RUN true", "EXPOSE 80", "EXPOSE is not used"),
        ("RUN true", "ENV API_KEY=1", "secret"),
        ("RUN true", "ENV URL=postgresql://a:b@c/d", "secret"),
        ("RUN true", "COPY . /src", "whole folder"),
        ("RUN true", "COPY tests/hidden /h", "stays in the image"),
        ("RUN true", "COPY --from=x /src /src", "more from the stage before"),
        ('["/x"]', "/x", "as a list"),
        ('["/x"]', '["/x"]\nCMD x', "no shell"),
    ],
)
def test_each_rule_can_be_broken(change: str, to: str, what: str) -> None:
    """A file that breaks one rule is told of that one."""
    assert problems(GOOD) == []
    found = problems(GOOD.replace(change, to, 1))
    assert [one for one in found if what in one], found


def test_prairielearns_image_leaves_no_cache_and_fetches_nothing_by_hand() -> None:
    """The image of an adapter is PrairieLearn's to run, as its user; the rules for what is installed hold there too."""
    text = (ROOT / "grader/mlgrade/integrations/prairielearn/Containerfile").read_text()
    assert list(_each([step for step in steps(text) if step.name != "FROM"])) == []
