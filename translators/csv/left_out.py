"""What the agreement leaves out of a flat file: counted, told, and doubted where it looks like data.

Lines above the titles (`skip`), comments and rows by pattern (`ignore`) are no data by agreement. A partner who changes
the file does not know of that: a line is data all the same when it has the shape of the rows that are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from translators.csv.records import Row

#: Lines that are named one by one.
_MOST_SHOWN = 9
_NUMBER = re.compile(r"[-+]?\d[\d.,' ]*-?")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:[ T].*)?")
#: So many filled cells, as many as there are titles, are no line of a letterhead.
_A_FULL_ROW = 3


def note_left_out(rows: Sequence[int], like_data: Sequence[int] = ()) -> tuple[Finding, ...]:
    """Say which rows were not read because the agreement says so: nothing disappears unseen.

    `like_data`: those of them that a pattern left out though they look like the rows that are read.
    """
    if not rows:
        return ()
    message = f"{_count(rows, 'row')} left out as agreed (csv.comment, csv.ignore): {_shown(rows)}"
    note = Finding(problems.FIELD_UNMAPPED, message, Severity.NOTE, Where(row=rows[0]))
    if not like_data:
        return (note,)
    doubt = Finding(
        problems.ROW_INVALID,
        f"{_count(like_data, 'row')} left out by csv.ignore, with the shape of data: {_shown(like_data)}",
        Severity.WARNING,
        Where(row=like_data[0]),
        hint="if it is data, make the pattern in csv.ignore narrower and redrive the file",
    )
    return note, doubt


def of_skipped(skipped: Sequence[Row], titles: Row | None, first: Row | None) -> tuple[Finding, ...]:
    """Say which lines above the titles were skipped, and refuse the file where one looks like titles or data.

    `titles`: the row that is read as the titles, None where the agreement has none; `first`: the first row below.
    """
    if not skipped:
        return ()
    doubted = next((row for row in skipped if _is_full(row, titles or first) or is_like(row, first)), None)
    if doubted is None and titles is not None and not _is_full(titles, None) and is_like(titles, first):
        return (_refused(f"row {titles.number}, which should hold the titles, looks like data", titles),)
    if doubted is not None:
        return (_refused(f"the skipped row {doubted.number} looks like titles or data", doubted),)
    written = [f"{row.number} {_text(row)[:60]!r}" for row in skipped if _text(row)]
    more = " ..." if len(written) > _MOST_SHOWN else ""
    message = f"{_count(skipped, 'line')} above the titles skipped as agreed (csv.skip)"
    told = f": {', '.join(written[:_MOST_SHOWN])}{more}" if written else ", all blank"
    return (Finding(problems.FIELD_UNMAPPED, message + told, Severity.NOTE, Where(row=skipped[0].number)),)


def is_like(row: Row, other: Row | None, share: float = 0.5) -> bool:
    """Say whether a row is shaped like another: numbers and dates where that one has them, `share` of its cells."""
    if other is None:
        return False
    if len(other.cells) == 1 and len(row.cells) == 1:
        return _is_alike_line(row.cells[0], other.cells[0])
    both = [(_shape(a), _shape(b)) for a, b in zip(row.cells, other.cells, strict=False) if a and b]
    typed = any(shape != "text" for _, shape in both)
    filled = sum(1 for cell in other.cells if cell)
    return typed and len(both) >= max(2, filled * share) and all(one == two for one, two in both)


def _is_full(row: Row, other: Row | None) -> bool:
    """Say whether a row fills as many cells as another, and more than a letterhead does."""
    filled = sum(1 for cell in row.cells if cell)
    return filled >= max(_A_FULL_ROW, sum(1 for cell in other.cells if cell) if other is not None else 0)


def _is_alike_line(line: str, other: str) -> bool:
    """Say whether a line of fixed width is built as another: digits, letters and blanks at the same places."""
    if min(len(line.rstrip()), len(other.rstrip())) < 10 or abs(len(line) - len(other)) > len(other) / 2:
        return False
    same = sum(_sign(a) == _sign(b) for a, b in zip(line, other, strict=False))
    return any(map(str.isdigit, line)) and same >= 0.8 * max(len(line), len(other))


def _sign(character: str) -> str:
    return "9" if character.isdigit() else "a" if character.isalpha() else character


def _shape(cell: str) -> str:
    if _DATE.fullmatch(cell):
        return "date"
    return "number" if _NUMBER.fullmatch(cell) else "text"


def _refused(message: str, row: Row) -> Finding:
    return Finding(
        problems.ROW_INVALID,
        message,
        where=Where(row=row.number),
        value=_text(row)[:80],
        hint="set csv.skip to the number of lines that stand above the titles, and redrive",
    )


def _text(row: Row) -> str:
    return " ".join(cell for cell in row.cells if cell).strip()


def _count(rows: Sequence[object], word: str) -> str:
    return f"{len(rows)} {word}{'s' if len(rows) > 1 else ''}"


def _shown(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows[:_MOST_SHOWN])) + (" ..." if len(rows) > _MOST_SHOWN else "")


def taken(rows: Iterator[Row], count: int) -> tuple[Row, ...]:
    """Take the first rows away."""
    return tuple(row for _, row in zip(range(count), rows, strict=False))
