"""Values of any field of Odoo: from its JSON to typed values, and from plain text to what a domain compares with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from hub.erp.odoo.reading import Plain, day, instant, number, plain, text
from hub.erp.port.records import FieldFacts, Reference, Value

#: What `fields_get` is asked for.
ATTRIBUTES = ("type", "relation", "readonly", "required", "digits", "selection")
_NUMBERS = frozenset({"float", "monetary"})
#: Decimal places of money, whose currency alone could say better.
_CENTS = 2


def facts_of(name: str, said: Mapping[str, Any]) -> FieldFacts:
    """Return a field as `fields_get` describes it."""
    digits = said.get("digits")
    places = int(digits[1]) if isinstance(digits, list | tuple) and len(digits) == 2 else None
    kind = str(said["type"])
    return FieldFacts(
        name=name,
        type=kind,
        relation=str(said.get("relation") or ""),
        readonly=bool(said.get("readonly")),
        required=bool(said.get("required")),
        choices={str(value): str(label) for value, label in said.get("selection") or ()},
        places=_CENTS if kind == "monetary" and places is None else places,
    )


def as_value(told: Plain, facts: FieldFacts) -> Value:
    """Return a value of Odoo typed; an empty one is None, but a number and a truth are never empty."""
    if facts.type in _NUMBERS:
        return number(told)
    if facts.type in {"boolean", "integer"}:
        return bool(told) if facts.type == "boolean" else int(told or 0)
    if told in (False, None, ""):
        return None
    typed = _TYPED.get(facts.type, text)
    value: Value = typed(told)
    return value


_TYPED: Mapping[str, Callable[[Plain], Value]] = {
    "many2one": lambda told: Reference(int(told[0]), text(told[1])),
    "date": day,
    "datetime": instant,
    "html": plain,
}


def as_odoo(written: str, facts: FieldFacts | None) -> object:
    """Return plain text as a domain compares it with a field."""
    kind = facts.type if facts else "char"
    if kind == "boolean":
        return written.lower() in {"true", "1", "yes"}
    if kind in {"integer", "many2one"} and written.lstrip("-").isdecimal():
        return int(written)
    if kind in _NUMBERS:
        return float(Decimal(written))
    return written
