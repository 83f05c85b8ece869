"""Packages of this environment as the wheels that they came from, so that an install needs no package index."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path


def python() -> Path:
    """The system's Python if it is of this version, because every user may read it; else the one of these tests."""
    system = Path(f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}")
    asked = [system, "-c", "import venv, ensurepip"]
    there = system.exists() and subprocess.run(asked, capture_output=True, check=False).returncode == 0
    return system if there else Path(sys.executable)


def offline(wheels: Path) -> dict[str, str]:
    """An environment in which pip takes packages from this folder only."""
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_NO_CACHE_DIR": "1", "PIP_COMPILE": "0"}


def pinned(requirements: str, folder: Path) -> None:
    """A wheel for each line `name==version`."""
    for line in requirements.splitlines():
        as_wheel(line.partition("==")[0], folder)


def needed(extras: Iterable[str], folder: Path) -> None:
    """A wheel for each package that mlgrade needs, with these extras, and for what they need in turn."""
    from packaging.requirements import Requirement

    todo, done = [Requirement(f"mlgrade[{','.join(extras)}]")], set[str]()
    while todo:
        one = todo.pop()
        if str(one) in done:
            continue
        done.add(str(one))
        if one.name != "mlgrade":
            as_wheel(one.name, folder)
        found = map(Requirement, distribution(one.name).requires or ())
        applies = [
            more
            for more in found
            if more.marker is None or any(more.marker.evaluate({"extra": extra}) for extra in one.extras or {""})
        ]
        todo += [Requirement(f"{more.name}[{','.join(more.extras)}]" if more.extras else more.name) for more in applies]


def built(folder: Path, source: Path) -> tuple[Path, Path]:
    """The wheel and the source distribution of mlgrade, by its own build backend in this environment."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [wheel], [archive] = folder.glob("mlgrade-*.whl"), folder.glob("mlgrade-*.tar.gz")
    return wheel, archive


class Environment:
    """A new environment that holds the wheel and what it needs, and nothing of this repository."""

    def __init__(self, root: Path, wheel: Path, extras: Iterable[str] = ()) -> None:
        self.root, self.bin = root / "venv", root / "venv" / "bin"
        (root / "wheels").mkdir()
        needed(extras, root / "wheels")
        subprocess.run([python(), "-m", "venv", "--without-pip", self.root], check=True)
        self.variables = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MLGRADE"))
        }
        wanted = f"mlgrade[{','.join(extras)}] @ {wheel.as_uri()}"
        done = self.pip("install", "-q", wanted, **offline(root / "wheels"))
        assert done.returncode == 0, done.stderr

    def pip(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the pip of these tests on it: to install one of its own takes as long as all the rest."""
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", self.bin / "python"]
        settings = {**self.variables, **variables}
        return subprocess.run([*command, *arguments], env=settings, capture_output=True, text=True, check=False)

    def run(self, *command: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command of this environment: the first word is looked for in its folder of programs first."""
        path = f"{self.bin}{os.pathsep}{os.environ['PATH']}"
        settings = {**self.variables, "PATH": path, "MLGRADE_STATE": str(self.root.parent / "state"), **variables}
        return subprocess.run(
            ["env", *map(str, command)], cwd=cwd, env=settings, capture_output=True, text=True, check=False
        )


def as_wheel(name: str, folder: Path) -> None:
    found = distribution(name)
    tag = re.findall(r"^Tag: (\S+)", found.read_text("WHEEL") or "", re.MULTILINE)[-1]
    skipped = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
    rows = []
    with zipfile.ZipFile(folder / f"{name.replace('-', '_')}-{found.version}-{tag}.whl", "w") as archive:
        for file in found.files or ():
            ours = file.name in skipped and ".dist-info" in str(file)
            if ".." in file.parts or "__pycache__" in file.parts or ours:
                continue
            data = Path(os.fspath(file.locate())).read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            archive.writestr(str(file), data)
            rows.append(f"{file},sha256={digest},{len(data)}")
        [info] = {file.parts[0] for file in found.files or () if file.parts[0].endswith(".dist-info")}
        archive.writestr(f"{info}/RECORD", "\n".join([*rows, f"{info}/RECORD,,", ""]))
