"""The documentation site: it builds without a warning, holds every command and field, and fetches nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import click
import msgspec
import pytest

from mlgrade import results
from mlgrade.cli import cli
from mlgrade.course import model

pytestmark = [
    pytest.mark.full,  # builds the documentation
    pytest.mark.needs("sphinx"),
]

ROOT = Path(__file__).resolve().parents[2]


class Page(HTMLParser):
    """What these tests ask of a page: its headings, pictures, texts in code, and what it loads."""

    LOADS: ClassVar = {
        "script": "src",
        "img": "src",
        "link": "href",
        "iframe": "src",
        "source": "src",
        "object": "data",
    }

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.pictures: list[str | None] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids.add(given.get("id") or "")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img":
            self.pictures.append(given.get("alt"))
        self.loads.append(given.get(self.LOADS.get(tag, "")) or "")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as docs/conf.py says, with warnings as errors."""
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-n", "-d", str(target / "trees"), str(ROOT / "docs"), str(target / "html")]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target / "html"


@pytest.fixture(scope="module")
def pages(built: Path) -> dict[str, Page]:
    return {str(path.relative_to(built)): Page(path) for path in built.rglob("*.html")}


def every(context: click.Context) -> Iterator[click.Context]:
    """A command, and all below it."""
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command is not None
            yield from every(click.Context(command, info_name=name, parent=context))


COMMANDS = list(every(click.Context(cli, info_name="mlgrade")))[1:]


@pytest.mark.parametrize("context", COMMANDS, ids=lambda one: one.command_path)
def test_every_command_and_option(context: click.Context, pages: dict[str, Page]) -> None:
    """Each command has a section, and in it each of its options with its help."""
    page = pages["reference/commands.html"]
    assert context.command_path.replace(" ", "-") in page.ids
    section = " ".join(page.text.partition(f"{context.command_path} [OPTIONS]")[2].split())
    assert section
    for option in context.command.params:
        if isinstance(option, click.Option) and not option.hidden:
            assert option.help, f"{context.command_path} {option.opts[-1]} says nothing"
            helped = " ".join(option.help.replace("`", "").split())
            assert option.opts[-1] in section
            assert helped.rstrip(".") in section


def fields(module: ModuleType) -> set[str]:
    """The fields of all records that a module declares, bar those that nobody outside reads."""
    types = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__]
    records = [one for one in types if issubclass(one, msgspec.Struct) and one is not results.Finding]
    return {field for one in records for field in one.__struct_fields__} - {"root"}


@pytest.mark.parametrize(("page", "module"), [("course-schema", model), ("report-schema", results)])
def test_every_field(page: str, module: ModuleType, pages: dict[str, Page]) -> None:
    """Each field of course.yml, and of the report, stands in its table."""
    words = set(re.findall(r"\w+", pages[f"reference/{page}.html"].text))
    assert fields(module) - words == set()


@pytest.mark.parametrize(("page", "module"), [("course", model), ("report", results)])
def test_every_field_in_prose(page: str, module: ModuleType) -> None:
    """What each of them means is said on the page that is written by hand."""
    words = set(re.findall(r"\w+", (ROOT / "docs" / "reference" / f"{page}.md").read_text(encoding="utf-8")))
    assert fields(module) - words == set()


def test_nothing_is_fetched(pages: dict[str, Page], built: Path) -> None:
    """No page and no style sheet loads anything from another server."""
    assert {one for page in pages.values() for one in page.loads if re.match(r"(https?:)?//", one)} == set()
    styles = "".join(path.read_text(encoding="utf-8") for path in built.rglob("*.css"))
    assert re.findall(r"(?:@import|url\()\s*['\"]?(?:https?:)?//", styles) == []


def test_headings_are_in_order(pages: dict[str, Page]) -> None:
    """Each page has one first heading, and none skips a level on the way down."""
    for name, page in pages.items():
        if name == "search.html":  # the theme's; its heading is written by its script
            continue
        assert page.headings.count(1) == 1, name
        assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False)), name


def test_pictures_are_described(pages: dict[str, Page]) -> None:
    """Each picture says in words what it shows."""
    pictures = [alt for page in pages.values() for alt in page.pictures]
    assert pictures
    assert all(alt and len(alt) > 20 for alt in pictures)
