"""Crosswalk tables: the partner's codes and ours, from CSV files that people keep in a spreadsheet.

Columns: `theirs, ours[, factor][, qualifier][, from][, until]`, with a header row in any order. `factor` is
how many of ours one of theirs is; `qualifier` the kind of their code (buyer_part, upc ...), empty for any;
`from` and `until` the first and last day (YYYY-MM-DD). A row that cannot be used is a finding with its row
number and is left out; two rows that contradict each other are both left out: a missing code holds a
document, a wrong one ships the wrong goods.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import tomllib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from pathlib import Path

from msgspec import Struct, field
from rapidfuzz import fuzz, process

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import Crosswalks

_COLUMNS = ("theirs", "ours", "factor", "qualifier", "from", "until")
_NEAR_ENOUGH = 55.0  # of 100: below it a likeness is an accident


class Entry(Struct, frozen=True, kw_only=True):
    """One row of a crosswalk."""

    theirs: str
    ours: str
    factor: Decimal = Decimal(1)  # ours in one of theirs
    qualifier: str = ""
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None

    def valid(self, on: dt.date | None) -> bool:
        """Say whether the row holds on a day; without a day it does."""
        if on is None:
            return True
        return (self.valid_from or on) <= on <= (self.valid_until or on)

    def overlaps(self, other: Entry) -> bool:
        """Say whether there is a day on which both rows hold."""
        begins = max(self.valid_from or dt.date.min, other.valid_from or dt.date.min)
        ends = min(self.valid_until or dt.date.max, other.valid_until or dt.date.max)
        return begins <= ends


class Crosswalk(Struct, frozen=True):
    """One table, both ways. An empty one knows nothing and is false."""

    entries: tuple[Entry, ...] = ()
    _by_theirs: dict[str, list[Entry]] = field(default_factory=dict)
    _by_ours: dict[str, list[Entry]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: tuple[Entry, ...]) -> Crosswalk:
        """Return a table of these rows."""
        theirs: dict[str, list[Entry]] = {}
        ours: dict[str, list[Entry]] = {}
        for entry in entries:
            theirs.setdefault(entry.theirs, []).append(entry)
            ours.setdefault(entry.ours, []).append(entry)
        return cls(entries, theirs, ours)

    @classmethod
    def load(cls, path: Path) -> tuple[Crosswalk, tuple[Finding, ...]]:
        """Read a table; what is wrong with the file or its rows comes back as findings."""
        try:
            text = _text(path.read_bytes())
        except OSError as error:
            return cls(), (_fault(path, f"cannot be read ({error.strerror})", problems.FILE_UNREADABLE),)
        return _parse(path, text)

    def __bool__(self) -> bool:
        return bool(self.entries)

    def to_ours(self, code: str, qualifier: str = "", on: dt.date | None = None) -> Entry | None:
        """Return the row for a code of theirs: the one of that kind first, then the one of any kind."""
        rows = [entry for entry in self._by_theirs.get(code.strip(), ()) if entry.valid(on)]
        exact = next((entry for entry in rows if entry.qualifier == qualifier), None)
        return exact or next((entry for entry in rows if not entry.qualifier or not qualifier), None)

    def to_theirs(self, code: str, on: dt.date | None = None) -> Entry | None:
        """Return the row for a code of ours: the one that counts one to one first."""
        rows = [entry for entry in self._by_ours.get(code.strip(), ()) if entry.valid(on)]
        return next((entry for entry in rows if entry.factor == 1), rows[0] if rows else None)

    def nearest(self, code: str, n: int = 3) -> tuple[str, ...]:
        """Return at most `n` codes of theirs that look like this one, best first."""
        found = process.extract(
            code, list(self._by_theirs), scorer=fuzz.ratio, limit=n, score_cutoff=_NEAR_ENOUGH
        )
        return tuple(name for name, _, _ in found)


class Tables(Struct, frozen=True):
    """The crosswalks of one agreement."""

    item: Crosswalk = Crosswalk()
    ship_to: Crosswalk = Crosswalk()
    unit: Crosswalk = Crosswalk()
    charge: Crosswalk = Crosswalk()
    price_basis: dict[str, int] = {}  # their code, in capitals -> how many of a line's unit a price is for


def load_tables(crosswalks: Crosswalks, folder: Path) -> tuple[Tables, tuple[Finding, ...]]:
    """Read the tables that a profile names (relative to the partners folder)."""
    loaded = [
        Crosswalk.load(folder / name) if name else (Crosswalk(), ())
        for name in (crosswalks.item, crosswalks.ship_to, crosswalks.unit, crosswalks.charge)
    ]
    (item, ship_to, unit, charge), faults = zip(*loaded, strict=True)
    bases = {code.strip().upper(): count for code, count in crosswalks.price_basis.items()}
    return Tables(item, ship_to, unit, charge, bases), tuple(fault for part in faults for fault in part)


class Units(Struct, frozen=True):
    """The units that mean the same for every partner (units.toml)."""

    ours: dict[str, str]
    theirs: dict[str, str]
    packs: frozenset[str]
    piece: str


@cache
def default_units() -> Units:
    """Return the units of units.toml."""
    raw = tomllib.loads(resources.files("translators").joinpath("units.toml").read_text("utf-8"))
    return Units(raw["ours"], raw["theirs"], frozenset(raw["packs"]["codes"]), raw["packs"]["piece"])


def _text(data: bytes) -> str:
    """Decode a spreadsheet's CSV: UTF-8 with or without a byte order mark, else Windows-1252."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _fault(
    path: Path,
    message: str,
    problem: str = problems.ROW_INVALID,
    *,
    row: int | None = None,
    column: str = "",
    value: str = "",
) -> Finding:
    """Return a finding on a table. One on a row is a warning, one on the whole file holds documents."""
    return Finding(
        problem=problem,
        message=f"crosswalk {path.name}: {message}",
        severity=Severity.HOLD if row is None else Severity.WARNING,
        where=Where(file=path.name, row=row, column=column),
        value=value[:80],
        hint="correct the table; the next document uses it",
    )


def _parse(path: Path, text: str) -> tuple[Crosswalk, tuple[Finding, ...]]:
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        numbered = [(number, [cell.strip() for cell in row]) for number, row in enumerate(rows, 1)]
    except csv.Error as error:
        return Crosswalk(), (_fault(path, f"is not a CSV file ({error})", problems.FILE_UNREADABLE),)
    names = [name.lower() for name in numbered[0][1]] if numbered else []
    missing = [name for name in _COLUMNS[:2] if name not in names]
    if missing:
        message = f"has no column {' and no column '.join(missing)}"
        return Crosswalk(), (_fault(path, message, problems.COLUMN_MISSING),)
    found: list[tuple[int, Entry]] = []
    faults: list[Finding] = []
    for number, cells in numbered[1:]:
        if not any(cells):
            continue
        entry = _entry(path, number, dict(zip(names, cells, strict=False)))
        if isinstance(entry, Finding):
            faults.append(entry)
        else:
            found.append((number, entry))
    refused = dict(_contradictions(path, found))
    kept = tuple(entry for number, entry in found if number not in refused)
    return Crosswalk.of(tuple(dict.fromkeys(kept))), (*faults, *refused.values())


def _entry(path: Path, row: int, cells: dict[str, str]) -> Entry | Finding:
    """Make an entry of one row, or the finding that says why not."""
    for column in _COLUMNS[:2]:
        if not cells.get(column):
            return _fault(path, f"{column} is empty", row=row, column=column)
    factor = _factor(cells.get("factor", ""))
    if factor is None:
        value = cells["factor"]
        return _fault(path, f'"{value:.40}" is not a number above 0', row=row, column="factor", value=value)
    try:
        begins, ends = (_day(cells.get(column, "")) for column in ("from", "until"))
    except ValueError:
        return _fault(path, "from and until are written YYYY-MM-DD", row=row, column="from")
    return Entry(
        theirs=cells["theirs"],
        ours=cells["ours"],
        factor=factor,
        qualifier=cells.get("qualifier", ""),
        valid_from=begins,
        valid_until=ends,
    )


def _factor(text: str) -> Decimal | None:
    try:
        factor = Decimal(text or "1")
    except InvalidOperation:
        return None
    return factor if factor.is_finite() and factor > 0 else None


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _contradictions(path: Path, rows: list[tuple[int, Entry]]) -> Iterator[tuple[int, Finding]]:
    """Yield the rows that say different things of one code on one day, and the finding for each."""
    by_code: dict[tuple[str, str], list[tuple[int, Entry]]] = {}
    for number, entry in rows:
        by_code.setdefault((entry.theirs, entry.qualifier), []).append((number, entry))
    for (code, _), same in by_code.items():
        for number, entry in same if len(same) > 1 else ():
            other = next(
                (n for n, e in same if n != number and e.overlaps(entry) and _differ(e, entry)), None
            )
            if other is not None:
                message = f'"{code:.40}" says something else than row {other}; both are left out'
                yield number, _fault(path, message, row=number, column="theirs", value=code)


def _differ(one: Entry, other: Entry) -> bool:
    return (one.ours, one.factor) != (other.ours, other.factor)
