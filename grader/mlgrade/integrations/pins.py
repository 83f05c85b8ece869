"""The exact versions that this mlgrade runs with, so that it runs with the same ones elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mlgrade.errors import UsageError

LINUX = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
KNOWN = {"stdlib", "numpy"}  # imports that need no package beside ours


def requirements(imports: Iterable[str], extras: Sequence[str] = ()) -> str:
    """A requirements.txt of all that mlgrade, and a course with these imports, needs on Linux; not mlgrade itself."""
    versions: dict[str, str] = {}
    try:
        _gather("mlgrade", frozenset(extras), versions)
        for name in imports:
            for package in () if name in KNOWN else _packages(name):
                _gather(package, frozenset(), versions)
    except PackageNotFoundError as error:
        way = f"pip install 'mlgrade[{','.join(extras)}]'" if extras else "install it first"
        raise UsageError(f"{error.name} is not installed here, so its version is not known; {way}") from None
    del versions["mlgrade"]
    return "".join(f"{name}=={version}\n" for name, version in sorted(versions.items()))


def _packages(imported: str) -> list[str]:
    found = packages_distributions().get(imported)
    if not found:
        raise UsageError(f"imports: {imported} is not installed here, so its version is not known; install it first")
    return sorted(set(found))


def _gather(package: str, extras: frozenset[str], versions: dict[str, str]) -> None:
    name = canonicalize_name(package)
    found = distribution(name)
    if name in versions and not extras:
        return
    versions[name] = found.version
    for needed in _needed(found.requires or (), extras):
        if canonicalize_name(needed.name) not in versions or needed.extras:
            _gather(needed.name, frozenset(needed.extras), versions)


def _needed(lines: Iterable[str], extras: frozenset[str]) -> Iterator[Requirement]:
    for one in map(Requirement, lines):
        if one.marker is None or any(one.marker.evaluate({**LINUX, "extra": extra}) for extra in extras or {""}):
            yield one
