"""In a real browser: formgrader, as a TA has it, and a released notebook in JupyterLab, as a student has it."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import classroom
import nbformat
import pytest
from classroom import RIGHT, ROOT, UNIT, add, write

from mlgrade.reports import style

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.full,  # waits for nbgrader, kernels or a browser
    pytest.mark.filterwarnings("ignore"),  # nbgrader and its libraries warn of each other
    pytest.mark.skipif(not (BROWSER and DRIVER), reason="needs chromium and chromedriver (Debian: chromium-driver)"),
]
T = TypeVar("T")
TOKEN, PLENTY = "sesame", 90.0
NO_SHIFT = (ROOT / "tests/golden/cases/no_shift/softmax.py").read_text()
SCRIPT = '<img src=x onerror="document.title=\'owned\'"> [here](javascript:document.title="owned")'
PICTURE = ROOT / "docs" / "formgrader.png"


def eventually(look: Callable[[], T | None], what: str) -> T:
    end = time.monotonic() + PLENTY
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"never seen: {what}")


class Jupyter:
    """A server in the nbgrader course, with JupyterLab and formgrader, and what formgrader's pages ask it for."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.lab, self.url = (f"http://127.0.0.1:{port}/{page}" for page in ("lab", "formgrader"))
        command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
        command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}", "--allow-root"]
        own = {name: str(folder.parent / "own") for name in ("JUPYTER_CONFIG_DIR", "IPYTHONDIR", "MLGRADE_STATE")}
        self._log = (folder.parent / "server.log").open("wb")
        self._server = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **own}, stdout=self._log, stderr=self._log
        )
        eventually(self._answers, "the server")

    def _answers(self) -> Any:
        assert self._server.poll() is None, Path(self._log.name).read_text()
        try:
            return self.ask("assignments")
        except OSError:
            return None

    def ask(self, what: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/api/{what}?token={TOKEN}") as answer:  # noqa: S310  (our own server)
            return json.load(answer)

    def close(self) -> None:
        self._server.terminate()
        self._server.wait()
        self._log.close()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> classroom.Classroom:
    made = classroom.make(tmp_path_factory.mktemp("formgrader"))
    made.submit("ada", write(RIGHT["softmax"]))
    made.submit("cleo", write(NO_SHIFT))
    made.submit("eve", write(RIGHT["softmax"]), add("markdown", SCRIPT))
    assert made.autograde()["success"]
    return made


@pytest.fixture(scope="module")
def server(room: classroom.Classroom) -> Iterator[Jupyter]:
    started = Jupyter(room.root)
    yield started
    started.close()


@pytest.fixture(scope="module")
def browser(server: Jupyter) -> Iterator[Any]:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER or ""
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1200,1500",
    ):
        options.add_argument(argument)
    opened = webdriver.Chrome(service=webdriver.ChromeService(DRIVER), options=options)
    opened.get(f"{server.url}/manage_assignments?token={TOKEN}")  # sets the cookie for what the pages ask
    yield opened
    opened.quit()


def page_of(student: str, server: Jupyter, browser: Any) -> str:
    """Open a student's softmax, and wait until its scores have come."""
    sheets = server.ask(f"submitted_notebooks/{UNIT}/softmax")
    number = next(sheet["id"] for sheet in sheets if sheet["student"] == student)
    browser.get(f"{server.url}/submissions/{number}")
    eventually(lambda: shown(browser, "input.score")[0], "a score")
    return str(number)


def shown(browser: Any, selector: str) -> list[str]:
    """What boxes show: a score by hand is a value, one of ours a placeholder."""
    from selenium.webdriver.common.by import By

    boxes = browser.find_elements(By.CSS_SELECTOR, selector)
    return [box.get_attribute("value") or box.get_attribute("placeholder") or "" for box in boxes] or [""]


def text_of(browser: Any) -> str:
    return str(browser.execute_script("return document.body.innerText"))


def test_the_class(server: Jupyter, browser: Any) -> None:
    """The table of submissions has a row with a score for each student."""
    browser.get(f"{server.url}/manage_submissions/{UNIT}")
    eventually(lambda: "cleo" in text_of(browser), "the table")
    scores = {row["student"]: row["score"] for row in server.ask(f"submissions/{UNIT}") if row["autograded"]}
    assert scores["ada"] == scores["eve"] == 10
    assert 0 < scores["cleo"] < 10


def test_a_submission(room: classroom.Classroom, server: Jupyter, browser: Any) -> None:
    """A submission shows the score of its concept, the report with the mistake's name, and the comment."""
    page_of("cleo", server, browser)
    assert shown(browser, "input.score")[0] == f"{room.score('cleo').auto:g}"
    assert "Looks like" in text_of(browser)
    size = "return getComputedStyle(document.querySelector('section.mlgrade')).fontSize"
    assert browser.execute_script(size) == "14px"
    comments = eventually(lambda: [text for text in shown(browser, "textarea.comment") if text], "a comment")
    assert comments == [room.comment("cleo")]
    if os.environ.get("MLGRADE_UPDATE"):
        browser.save_screenshot(str(PICTURE))


def test_html_of_a_student(server: Jupyter, browser: Any) -> None:
    """What a student wrote in Markdown runs nothing in the TA's browser."""
    page_of("eve", server, browser)
    assert "onerror" in text_of(browser)
    assert browser.title != "owned"
    assert browser.execute_script("return document.querySelectorAll('a[href^=javascript]').length") == 0


def test_a_score_by_hand(room: classroom.Classroom, server: Jupyter, browser: Any) -> None:
    """A score that a TA types in counts, and is kept when the notebook is autograded again from the page."""
    from selenium.webdriver.common.by import By

    page_of("ada", server, browser)
    box = browser.find_element(By.CSS_SELECTOR, "input.score")
    box.clear()
    box.send_keys("7.5\t")
    eventually(lambda: room.score("ada").manual == 7.5, "the score in the gradebook")
    again = browser.execute_async_script(
        "const done = arguments[1], found = document.cookie.match(/_xsrf=([^;]*)/);"
        "fetch(arguments[0], {method: 'POST', headers: {'X-XSRFToken': found ? found[1] : ''}}).then(r => r.json()).then(done)",
        f"{server.url}/api/submission/{UNIT}/ada/autograde",
    )
    assert again["success"], again
    score = room.score("ada")
    assert (score.auto, score.manual) == (10, 7.5)
    page_of("ada", server, browser)
    assert shown(browser, "input.score")[0] == "7.5"


def test_the_picture_is_in_the_docs() -> None:
    """The page of a submission is shown in the docs."""
    assert PICTURE.is_file()
    assert PICTURE.name in (ROOT / "docs" / "how-to" / "nbgrader.md").read_text()


# -- a student ------------------------------------------------------------------------------------------------


@pytest.fixture
def report(room: classroom.Classroom, server: Jupyter, browser: Any) -> Any:
    """What a student sees who opens a released notebook, writes an answer, and runs all cells."""
    from selenium.webdriver.common.by import By

    home = room.root / "student"
    shutil.copytree(room.root / "release" / UNIT, home)
    node = nbformat.read(home / "softmax.ipynb", 4)
    write(NO_SHIFT)(node)
    nbformat.write(node, home / "softmax.ipynb")
    browser.get(f"{server.lab}/tree/student/softmax.ipynb?token={TOKEN}&reset")

    def click(xpath: str) -> bool:
        found = [one for one in browser.find_elements(By.XPATH, xpath) if one.is_displayed()]
        found[0].click() if found else None
        return bool(found)

    eventually(lambda: browser.find_elements(By.CSS_SELECTOR, ".jp-Notebook .jp-CodeCell"), "the notebook")
    eventually(lambda: "| Idle" in text_of(browser), "the kernel")
    eventually(lambda: click("//div[text()='Run']"), "the menu")
    eventually(lambda: click("//div[contains(@class, 'lm-Menu-itemLabel')][text()='Run All Cells']"), "its item")
    return eventually(lambda: browser.find_elements(By.CSS_SELECTOR, "section.mlgrade"), "the report")[0]


def test_a_report_in_jupyterlab(report: Any, browser: Any) -> None:
    """The checks find the course beside the notebook, and their report has its own colours and margins in both themes."""
    assert "FAIL softmax: 5 of 6 visible checks pass" in report.text
    assert "Next: change your cell, run it, and run this one again." in report.text
    for light, colours in (("true", style.LIGHT), ("false", style.DARK)):
        browser.execute_script("document.body.dataset.jpThemeLight = arguments[0]", light)
        assert painted(browser, report, "pre") == (colours["code"], colours["ink"])
        assert painted(browser, report, ".mlgrade-next")[1] == colours["ink"]
    assert computed(browser, report, "ul", "paddingLeft") == "0px"
    assert computed(browser, report, "pre", "paddingLeft") != "0px"


def computed(browser: Any, report: Any, selector: str, name: str) -> str:
    code = "return getComputedStyle(arguments[0].querySelector(arguments[1]))[arguments[2]]"
    return str(browser.execute_script(code, report, selector, name))


def painted(browser: Any, report: Any, selector: str) -> tuple[str, str]:
    """Its background and its ink, as `#rrggbb`."""
    found = [computed(browser, report, selector, name) for name in ("backgroundColor", "color")]
    back, ink = ("#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", one)[:3]) for one in found)
    return back, ink
