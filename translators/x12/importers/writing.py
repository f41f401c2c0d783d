"""Writes a dictionary as a folder of TOML files that `rules.source` reads back as the same value.

The format is described in dictionaries/README.md.
"""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from translators.x12.rules.dictionary import Dictionary, Element, Entry, Segment, TransactionSet, Use

_WIDTH = 110


def write_dictionary(dictionary: Dictionary, folder: Path, heading: Iterable[str] = ()) -> list[Path]:
    """Write the files of a release into `folder`/RELEASE and return them. `heading` becomes comments at their tops.

    Elements and composites must have one meaning a number, as those of a read or assembled dictionary have.
    Raises OSError.
    """
    target = folder / dictionary.release
    target.mkdir(parents=True, exist_ok=True)
    top = "".join(f"# {' '.join(line.split())}\n" for line in heading)
    written = []
    for name, text in dictionary_files(dictionary).items():
        file = target / name
        file.write_text(f"{top}\n{text}" if top else text, "utf-8")
        written.append(file)
    return written


def dictionary_files(dictionary: Dictionary) -> dict[str, str]:
    """Return the files of a release by their names."""
    uses = [use for segment in dictionary.segments.values() for use in _simple(segment.uses)]
    common = _common_codes(uses)
    files = {
        "elements.toml": _elements(dictionary, uses, common),
        "segments.toml": "\n".join(
            _segment(key, segment, common) for key, segment in sorted(dictionary.segments.items())
        ),
    }
    for one in dictionary.sets.values():
        files[f"{one.id}.toml"] = _set(one)
    return files


def _simple(uses: Iterable[Use]) -> Iterator[Use]:
    for use in uses:
        if use.parts:
            yield from _simple(use.parts)
        else:
            yield use


def _common_codes(uses: Iterable[Use]) -> dict[str, frozenset[str]]:
    """Return, by element number, the code list that most places have, where every place has one."""
    found: dict[str, Counter[frozenset[str] | None]] = {}
    for use in uses:
        found.setdefault(use.element.number, Counter())[use.element.codes] += 1
    common = {}
    for number, lists in found.items():
        if None not in lists:
            best = max((n, sorted(codes)) for codes, n in lists.items() if codes is not None)[1]
            common[number] = frozenset(best)
    return common


def _elements(dictionary: Dictionary, uses: Iterable[Use], common: dict[str, frozenset[str]]) -> str:
    elements: dict[str, Element] = {use.element.number: use.element for use in uses}
    lines = ["[elements]"]
    lines += [
        f"{_quoted(e.number)} = {_quoted(f'{e.name} | {e.kind} {e.least}/{e.most}')}"
        for e in sorted(elements.values(), key=_order)
    ]
    composites = {
        use.element.number: use
        for segment in dictionary.segments.values()
        for use in segment.uses
        if use.parts
    }
    lines += ["", "[composites]"] if composites else []
    for number, use in sorted(composites.items()):
        parts = ", ".join(_item(part, common) for part in use.parts)
        lines.append(f"{_quoted(number)} = {_wrapped(f'{use.element.name} | {parts}')}")
    lines += ["", "[codes]"] if common else []
    lines += [f"{_quoted(n)} = {_wrapped(' '.join(sorted(codes)))}" for n, codes in sorted(common.items())]
    return "\n".join(lines) + "\n"


def _order(e: Element) -> tuple[int, str]:
    return (int(e.number) if e.number.isascii() and e.number.isdecimal() else 10**9, e.number)


def _segment(key: str, segment: Segment, common: dict[str, frozenset[str]]) -> str:
    items = [_item(use, common) for use in segment.uses] + (["..."] if segment.open else [])
    lines = [
        f"[{key}]",
        f"name = {_quoted(segment.name)}",
        f"elements = {_wrapped(', '.join(items))}",
    ]
    if segment.notes:
        lines.append(f"notes = {_quoted(' '.join(map(str, segment.notes)))}")
    return "\n".join(lines) + "\n"


def _item(use: Use, common: dict[str, frozenset[str]]) -> str:
    """Return one item of an element list."""
    codes = use.element.codes
    words = [use.element.number]
    words += ["M"] if use.mandatory else []
    words += [f"x{use.repeats}"] if use.repeats != 1 else []
    words += [] if use.used else ["-"]
    if codes is not None and codes != common.get(use.element.number):
        words.append(f"[{' '.join(sorted(codes))}]")
    return " ".join(words)


def _set(one: TransactionSet) -> str:
    lines = [f"id = {_quoted(one.id)}", f"group = {_quoted(one.group)}", f"name = {_quoted(one.name)}"]
    lines += ["complete = true"] if one.complete else []
    lines += [f"totals = [{', '.join(_quoted(str(total)) for total in one.totals)}]"] if one.totals else []
    structure = "\n".join(_lines(one.entries, ""))
    return "\n".join([*lines, f"structure = '''\n{structure}\n'''", ""])


def _lines(entries: Iterable[Entry], indent: str) -> Iterator[str]:
    for entry in entries:
        name = entry.described_by
        usage = "M" if entry.mandatory else "O"
        when = str(entry.when) if entry.when else ""
        loop = "LOOP " if entry.inner else ""
        free = " ~" if entry.free else ""
        yield f"{indent}{loop}{name}{when} {usage} {entry.most or '>1'}{free}"
        yield from _lines(entry.inner, indent + "  ")


def _quoted(text: str) -> str:
    """Return a TOML basic string; JSON's escapes are also TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _wrapped(text: str) -> str:
    """Return a TOML string whose blanks do not count, in several lines when it is long."""
    if len(text) <= _WIDTH or '"' in text or "\\" in text:
        return _quoted(text)
    lines = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return '"""\n{}\n"""'.format("\n".join(lines))
