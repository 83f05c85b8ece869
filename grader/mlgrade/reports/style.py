"""Style text for terminals of any width."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

LIGHT = {
    "paper": "#ffffff",
    "ink": "#1c1e21",
    "dim": "#5a5f66",
    "rule": "#767c85",
    "code": "#f2f3f5",
    "pass": "#12632a",
    "fail": "#a8121a",
    "time": "#7a4a00",
    "skip": "#00566a",
    "ours": "#761c9c",
}
DARK = {
    "paper": "#17191c",
    "ink": "#e8eaed",
    "dim": "#aab0b8",
    "rule": "#8a919b",
    "code": "#24272c",
    "pass": "#74d990",
    "fail": "#ff9d95",
    "time": "#f5c667",
    "skip": "#7fd3ea",
    "ours": "#deaaff",
}


def _colours(selector: str, colours: Mapping[str, str]) -> str:
    return f"{selector} {{ {' '.join(f'--mlgrade-{name}: {value};' for name, value in colours.items())} }}"


def _themes(selector: str) -> str:
    """The reader's system decides, and inside of JupyterLab its own theme does."""
    return "\n".join([
        _colours(selector, LIGHT),
        f"@media (prefers-color-scheme: dark) {{ {_colours(selector, DARK)} }}",
        _colours(f'[data-jp-theme-light="true"] {selector}', LIGHT),
        _colours(f'[data-jp-theme-light="false"] {selector}', DARK),
    ])  # fmt: skip


# `section.mlgrade` and `:nth-child(n)` outweigh what notebooks rule for tables, lists and texts of any origin.
# A page may have made a rem small: of formgrader's 10 pixels nobody should have to read a report.
SHEET = f"""\
{_themes(".mlgrade")}
section.mlgrade {{ background: var(--mlgrade-paper); color: var(--mlgrade-ink); padding: 0.75em 1em;
  border: 1px solid var(--mlgrade-rule); border-radius: 6px; max-width: 60em; box-sizing: border-box;
  font: max(1rem, 14px)/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }}
section.mlgrade :is(h2, h3, h4) {{ font-size: 1.1em; line-height: 1.35; font-weight: 600; margin: 0.6em 0 0.2em;
  color: inherit; }}
section.mlgrade p {{ margin: 0.3em 0; color: inherit; }}
section.mlgrade ul:nth-child(n) {{ margin: 0.4em 0; padding: 0; list-style: none; }}
section.mlgrade li {{ margin: 0.25em 0; }}
section.mlgrade pre:nth-child(n) {{ margin: 0.3em 0; padding: 0.4em 0.6em; background: var(--mlgrade-code);
  color: inherit; border: 0; border-radius: 4px; font: 0.9em/1.4 ui-monospace, monospace; white-space: pre-wrap;
  overflow-wrap: anywhere; }}
section.mlgrade table {{ border-collapse: collapse; margin: 0.5em 0; font-size: 1em; color: inherit; border: 0;
  width: auto; }}
section.mlgrade :is(thead, tbody) tr:nth-child(n) {{ background: none; border: 0; }}
section.mlgrade caption {{ text-align: left; padding: 0; color: inherit; caption-side: top; }}
section.mlgrade tr :is(th, td):nth-child(n) {{ text-align: left; padding: 0.1em 1em 0.1em 0; font-weight: 400;
  border: 0; max-width: none; white-space: normal; vertical-align: baseline; }}
section.mlgrade thead th:nth-child(n) {{ color: var(--mlgrade-dim); }}
section.mlgrade .mlgrade-dim {{ color: var(--mlgrade-dim); }}
section.mlgrade .mlgrade-mark {{ font: 600 0.85em/1.3 ui-monospace, monospace; border: 1px solid; border-radius: 3px;
  padding: 0 0.35em; color: var(--mlgrade-skip); }}
{
    "".join(
        f"section.mlgrade .mlgrade-{name} {{ color: var(--mlgrade-{colour}); }}" + chr(10)
        for name, colour in [("pass", "pass"), ("fail", "fail"), ("time", "time"), ("stop", "time"), ("ours", "ours")]
    )
}\
section.mlgrade .mlgrade-checks :is(pre, p):nth-child(n) {{ margin-left: 1.5em; }}
section.mlgrade .mlgrade-hint, section.mlgrade em {{ font-style: italic; }}
section.mlgrade .mlgrade-notes:nth-child(n) {{ padding-left: 1.5em; }}
section.mlgrade .mlgrade-next {{ font-weight: 600; margin-top: 0.6em; }}
section.mlgrade .mlgrade-bar {{ display: inline-block; width: 7em; max-width: 30vw; height: 0.6em;
  border: 1px solid var(--mlgrade-rule); border-radius: 2px; vertical-align: middle; }}
section.mlgrade .mlgrade-bar span {{ display: block; height: 100%; background: var(--mlgrade-ink); }}
@media (forced-colors: active) {{ section.mlgrade .mlgrade-bar span {{ background: CanvasText; }} }}"""

PAGE = f"""\
{_themes(":root")}
body {{ margin: 0; padding: 1em; background: var(--mlgrade-paper); color: var(--mlgrade-ink);
  font: 1rem/1.45 system-ui, sans-serif; }}
main {{ max-width: 60em; margin: 0 auto; }}
h1 {{ font-size: 1.3em; overflow-wrap: anywhere; }}"""


# -- lines ---------------------------------------------------------------------------------------------------------

# Lines for a terminal of any width: indented, wrapped at words, never ending in spaces.


def say(console: Console, text: Text | str, indent: int = 0, hang: int = 0) -> None:
    """Print with every line indented; what wraps keeps the indent, plus `hang`. No line ends in spaces."""
    text = Text(text) if isinstance(text, str) else text
    for line in text.split("\n", allow_blank=True):
        rows = line.wrap(console, max(20, console.width - indent - hang))
        for number, row in enumerate(rows):
            row.rstrip()
            console.print(Text(" " * (indent + (hang if number else 0))) + row if row.plain else row, soft_wrap=True)
