"""What the price of a line is for: a partner's code, or so many of some unit, as a number of the line's own unit.

Pure. 12.50 per hundred taken as 12.50 apiece is a hundred times too much, so that nothing is guessed here: a code
that may scale the price and that nobody declared, or one that does not go with the line's unit, holds the document.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from hub.model import problems
from hub.model.documents import AckLine, ChangeAckLine, ChangeLine, InvoiceLine, OrderLine
from hub.model.finding import Finding, Severity, Where
from translators.crosswalk_lines import our_unit
from translators.crosswalk_tables import Crosswalk, Tables, default_units

#: A line with prices.
Line = TypeVar("Line", OrderLine, ChangeLine, AckLine, ChangeAckLine, InvoiceLine)
_ONE = Decimal(1)
_LONGEST = 20  # of what is shown of a code


class Bases(Struct, frozen=True):
    """The codes of price_bases.toml."""

    one: frozenset[str]
    of: dict[str, dict[str, Decimal]]  # by our unit


@cache
def default_bases() -> Bases:
    """Return the codes that mean the same for every partner."""
    raw = tomllib.loads(resources.files("translators").joinpath("price_bases.toml").read_text("utf-8"))
    of = {code: {unit: Decimal(n) for unit, n in units.items()} for code, units in raw["of"].items()}
    return Bases(frozenset(raw["one"]["codes"]), of)


def based(line: Line, tables: Tables, on: dt.date | None, where: str) -> tuple[Line, tuple[Finding, ...]]:
    """Return a line with its `base_quantity` in its own unit, and what holds it; `where`: its path."""
    if not line.price and not any(s.price for s in getattr(line, "statuses", ())):
        return line, ()
    base = _base(line, tables, on)
    if isinstance(base, str):
        return line, (_held(line, base, where),)
    return replace(line, base_quantity=base, base_unit="", base_factor=None), ()


def _base(line: Line, tables: Tables, on: dt.date | None) -> Decimal | str | None:
    """Return how many of the line's unit its prices are for (None: one), or why nobody knows."""
    told = line.base_quantity
    if told is not None and told <= 0:
        return f"its price is for {told:f} units"
    if told is not None or line.base_unit:
        return _counted(line, told or _ONE, tables.unit, on)
    code = line.price_basis.strip().upper()
    if not code or code in default_bases().one | tables.price_basis.keys():
        declared = tables.price_basis.get(code, 1)
        return None if declared == 1 else Decimal(declared)
    return _coded(line.unit, default_bases().of.get(code, {}), tables.unit, on)


def _counted(line: Line, told: Decimal, units: Crosswalk, on: dt.date | None) -> Decimal | str | None:
    """Return what they count in a unit of its own in the unit of the line."""
    if line.base_factor:
        return told / line.base_factor
    if not line.base_unit or not line.unit or line.base_unit.upper() == line.unit.upper():
        return line.base_quantity
    per, own = (our_unit(unit, None, "", units, on) for unit in (line.base_unit, line.unit))
    if isinstance(per, Finding) or isinstance(own, Finding) or per[0] != own[0]:
        return (
            f"its price is per {told:f} {line.base_unit[:_LONGEST]}, its quantity in {line.unit[:_LONGEST]}"
        )
    return told * per[1] / own[1]


def _coded(
    unit: str, counts: Mapping[str, Decimal], units: Crosswalk, on: dt.date | None
) -> Decimal | str | None:
    """Return how many of a unit a price is for whose code says how many of a unit of ours; never of packs."""
    ours = our_unit(unit, None, "", units, on)
    packed = unit.strip().upper() in default_units().packs
    count = None if isinstance(ours, Finding) or packed else counts.get(ours[0])
    if count is None or isinstance(ours, Finding):
        return "nothing says how many of its unit that price is for"
    return None if count == ours[1] else count / ours[1]


def _held(line: Line, why: str, where: str) -> Finding:
    code = line.price_basis.strip()
    if line.base_quantity is not None or line.base_unit:
        path, value = f"{where}.base_quantity", f"{line.base_quantity or 1:f} {line.base_unit}".strip()
        hint = "ask the partner what the price is for; add a row to the unit crosswalk for that unit, then release"
    else:
        path, value = f"{where}.price_basis", code
        hint = (
            f"ask the partner what the price is for, write {code[:_LONGEST]} = 100 (that many {line.unit[:_LONGEST]}; "
            "1: the code does not scale it) under crosswalk.price_basis in the profile, then release"
        )
    message = f'line {line.number}: price basis "{value[:_LONGEST]}" for {line.unit[:_LONGEST]}: {why}'
    return Finding(problems.PRICE_BASIS, message, Severity.HOLD, Where(path=path), value[:_LONGEST], hint)
