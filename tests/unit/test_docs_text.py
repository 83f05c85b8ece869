"""What the pages say of files, options and shells, held without building them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from mlgrade.cli import cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_readme_is_short() -> None:
    """The README has at most 450 words."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 450


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_comment_in_a_shell_block(page: Path) -> None:
    """What is copied into a shell has no comment: zsh passes it on as arguments."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert [line for block in blocks for line in block.splitlines() if re.search(r"(^|\s)#\s", line)] == []


def test_files_that_contributing_names() -> None:
    """Each path that CONTRIBUTING mentions is there; files of the example concept are not expected."""
    named = set(re.findall(r"(?:grader|tests|docs|benchmarks|\.ci)/[\w./-]*\w", CONTRIBUTING))
    assert len(named) > 20
    missing = [name for name in named if not (ROOT / name).exists() and "layer_norm" not in name]
    assert missing == []


@pytest.mark.parametrize("command", sorted(set(re.findall(r"mlgrade ([a-z]+)", CONTRIBUTING))))
def test_commands_and_options_that_contributing_names(command: str) -> None:
    """Each command that CONTRIBUTING mentions has the options that it mentions beside it."""
    done = CliRunner().invoke(cli, [command, "--help"])
    assert done.exit_code == 0, done.output
    for options in re.findall(rf"mlgrade {command}([^`\n]*)", CONTRIBUTING):
        for option in re.findall(r"--[a-z-]+", options):
            assert option in done.output


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_install_from_an_index(page: Path) -> None:
    """The package is on no index: a page installs it from a clone or from a wheel."""
    assert re.findall(r"pip install [^`\n]*['\" ]mlgrade[\[\s'\"]", page.read_text(encoding="utf-8")) == []
