"""How far a number of theirs may be from ours before a person has to decide: "2%", "0.05", or nothing at all."""

from __future__ import annotations

import re
from decimal import Decimal

from msgspec import Struct

_TEXT = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*(%?)")


class Leeway(Struct, frozen=True):
    """An amount, or a percentage of our number."""

    amount: Decimal = Decimal(0)
    percent: bool = False

    def allows(self, ours: Decimal, theirs: Decimal) -> bool:
        """Say whether their number is near enough to ours, above or below."""
        most = abs(ours) * self.amount / 100 if self.percent else self.amount
        return abs(theirs - ours) <= most


def parse_leeway(text: str) -> Leeway | None:
    """Return the leeway that a text such as "2%" or "0.05" means, none for an empty one; None when it means nothing."""
    if not text.strip():
        return Leeway()
    match = _TEXT.fullmatch(text.strip())
    return Leeway(Decimal(match[1]), bool(match[2])) if match else None


def leeway(text: str) -> Leeway:
    """Return the leeway of a text that a profile's lint has let through."""
    found = parse_leeway(text)
    assert found is not None, text
    return found
