"""The lines of a shown file as one self-contained page of HTML: no script, no link to anything outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from hub.model.finding import Finding
from translators.x12.tools.legible import legible
from translators.x12.tools.show import ShownElement, ShownLine

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h2, h3, h4 { margin: 1.2rem 0 .3rem; overflow-wrap: anywhere; }
.s { border-left: 2px solid #8884; margin: .15rem 0; padding-left: .6rem; }
.s b { font-family: ui-monospace, monospace; }
.n { color: #767676; float: right; font-size: .8rem; }
dl { display: grid; grid-template-columns: 6rem minmax(8rem, 16rem) 1fr; gap: 0 .8rem; margin: 0 0 .2rem; }
dt { color: #767676; font-family: ui-monospace, monospace; } dd { margin: 0; overflow-wrap: anywhere; }
.v { font-family: ui-monospace, monospace; } .w { color: #767676; }
.f { border-left: 4px solid #c33; margin: .2rem 0; padding: .1rem .6rem; background: #c331; }
.f.warning { border-color: #08a; background: #08a1; } .f.note { border-color: #767676; background: #8881; }
.f.hold { border-color: #b80; background: #b801; } .f small { display: block; }
"""
_HEADINGS = {"interchange": "h2", "group": "h3", "set": "h4"}


def page(title: str, lines: Iterable[ShownLine]) -> Iterator[str]:
    """Yield the page piece by piece, so that one of any size can be written."""
    yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width">'
    yield f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body><h1>{_text(title)}</h1>\n"
    for line in lines:
        yield _line(line)
    yield "</body></html>\n"


def _line(line: ShownLine) -> str:
    found = "".join(map(_finding, line.findings))
    if line.kind in _HEADINGS:
        tag = _HEADINGS[line.kind]
        return f"<{tag}>{_text(line.title)}</{tag}>{found}\n"
    if line.kind != "segment":
        return found + "\n"
    tag, _, name = line.title.partition(" ")
    number = f'<span class="n">{line.number or ""}</span>'
    loop = f' <span class="w">loop {_text(line.loop)}</span>' if line.loop else ""
    values = "".join(map(_element, line.elements))
    indent = f"margin-left:{max(0, line.depth - 3) * 1.6:.1f}rem"
    head = f"{number}<b>{_text(tag)}</b> {_text(name)}{loop}"
    return f'<div class="s" style="{indent}">{head}<dl>{values}</dl>{found}</div>\n'


def _element(element: ShownElement) -> str:
    words = f' <span class="w">{_text(element.meaning)}</span>' if element.meaning else ""
    value = f'<dd><span class="v">{_text(element.value)}</span>{words}</dd>'
    return f"<dt>{_text(element.at)}</dt><dd>{_text(element.name)}</dd>{value}"


def _finding(finding: Finding) -> str:
    hint = f"<small>{_text(finding.hint)}</small>" if finding.hint else ""
    return f'<div class="f {finding.severity}">{_text(finding.line())}{hint}</div>'


def _text(text: str) -> str:
    return escape(legible(text))
