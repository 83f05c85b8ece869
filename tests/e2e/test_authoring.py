"""docs/how-to/authoring.md as it stands: its files are written, its commands given, and it shows what they print."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from warm import Warm

from mlgrade import course as courses

ROOT = Path(__file__).resolve().parents[2]


PAGE = ROOT / "docs" / "how-to" / "authoring.md"
BLOCK = re.compile(
    r"(?:<!-- (?P<act>file|append|change): (?P<place>\S+) -->\n)?"
    r"```(?P<kind>\w+)\n(?P<body>.*?)^```\n(?:\n```text\n(?P<printed>.*?)^```\n)?",
    re.DOTALL | re.MULTILINE,
)
SECONDS = re.compile(r"\d+(\.\d+)? s\b")  # what a machine needs, and no two need the same

pytestmark = [
    pytest.mark.full,  # runs all of docs/how-to/authoring.md
    pytest.mark.skipif(sys.platform == "win32", reason="the page is written for a POSIX shell"),
]


class Page:
    """Does what a reader of the page does, in an empty folder."""

    def __init__(self, folder: Path, mlgrade: str) -> None:
        self.folder = self.here = folder
        shims = folder / "shims"
        shims.mkdir()
        (shims / "mlgrade").write_text(f"#!/bin/sh\nexec {mlgrade}\n")
        (shims / "mlgrade").chmod(0o755)
        own = {
            "PATH": f"{shims}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "80",
            "MLGRADE_STATE": str(folder / "state"),
        }
        self.environment = {**os.environ, **own}
        self.environment.pop("MLGRADE_GRADEBOOK", None)

    def follow(self, block: re.Match[str]) -> str:
        """Do one block, and return what its commands print."""
        if block["kind"] == "sh":
            return self.run(block["body"])
        assert block["act"], f"a block that belongs to no file: {block[0][:60]}"
        path = self.here / block["place"]
        path.parent.mkdir(parents=True, exist_ok=True)
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text({"file": written, "append": appended, "change": changed}[block["act"]](old, block["body"]))
        return ""

    def run(self, commands: str) -> str:
        """Run commands in one shell; the next ones begin in the folder where these end."""
        ended = self.folder / "ended"
        command = ["sh", "-e", "-c", f'{commands}\npwd > "{ended}"']
        done = subprocess.run(command, cwd=self.here, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (commands, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        self.here = Path(ended.read_text().strip())
        return done.stdout


def written(old: str, body: str) -> str:
    del old
    return body


def appended(old: str, body: str) -> str:
    return old + body


def changed(old: str, body: str) -> str:
    """Put the lines with + where those with - are, between the others."""
    rows = [(line[:1], line[1:]) for line in body.splitlines()]
    before = "\n".join(text for sign, text in rows if sign != "+")
    after = "\n".join(text for sign, text in rows if sign != "-")
    assert old.count(before) == 1, before
    return old.replace(before, after)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory, forked: Warm) -> tuple[Page, str]:
    """The page done from its top to its end, and the page as it would show what was printed now."""
    page, shown = Page(tmp_path_factory.mktemp("authoring"), forked.shim()), PAGE.read_text(encoding="utf-8")
    for block in list(BLOCK.finditer(shown)):
        printed, before = page.follow(block), block["printed"]
        if before is not None and SECONDS.sub("N s", printed) != SECONDS.sub("N s", before):
            shown = shown.replace(block[0], block[0].replace(f"```text\n{before}```", f"```text\n{printed}```"))
    return page, shown


def test_every_block_is_done() -> None:
    """There is no block on the page that the walk passes over, and after each text its command."""
    text = PAGE.read_text(encoding="utf-8")
    blocks = list(BLOCK.finditer(text))
    assert sum(1 + (block["printed"] is not None) for block in blocks) == len(re.findall(r"^```\w", text, re.MULTILINE))
    assert {block["kind"] for block in blocks if block["printed"] is not None} == {"sh"}


def test_what_the_page_shows(walked: tuple[Page, str]) -> None:
    """What the page shows is what its commands print (MLGRADE_UPDATE=1 writes it there)."""
    _, shown = walked
    if os.environ.get("MLGRADE_UPDATE"):
        PAGE.write_text(shown, encoding="utf-8")
    assert shown == PAGE.read_text(encoding="utf-8")


def test_where_the_page_ends(walked: tuple[Page, str]) -> None:
    """The course is proved without a note, the right answer earns everything, and the wrong one is named."""
    page, _ = walked
    assert page.run("mlgrade lint --no-matrix").endswith(": no problems.\n")
    assert [one.id for one in courses.load(page.here).concepts] == ["mean", "layer_norm"]
    report = json.loads(page.run("mlgrade check submissions/*/layer_norm.py --json || true"))
    ada, bob = report["concepts"]
    assert (ada["earned"], ada["diagnoses"]) == (10.0, [])
    assert 0 < bob["earned"] < 10
    assert [one["misconception"] for one in bob["diagnoses"]] == ["sample_variance"]
