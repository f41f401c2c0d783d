"""What an allowance or a charge of a supplier is to us: a product by its code, or an account by its number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from hub.erp.odoo.client import Session
from hub.erp.odoo.lookups import hold
from hub.erp.odoo.reading import ref_id, text
from hub.model import problems
from hub.model.finding import Finding


class Target(Struct, frozen=True):
    """A product or an account; 0 is none: the line is then a text with an amount."""

    product: int = 0
    account: int = 0
    unit: int = 0  # the product's own


class ChargeTargets:
    """Looks products and accounts up in one Odoo."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, codes: Sequence[str]) -> tuple[dict[str, Target], list[Finding]]:
        """Return what each code of the crosswalk names, products first; a code of neither is a finding."""
        wanted = sorted({code for code in codes if code})
        if not wanted:
            return {}, []
        domain: list[Any] = [["default_code", "in", wanted]]
        rows = self._session.search_read("product.product", domain, ["default_code", "uom_id"])
        found = {
            text(row["default_code"]): Target(product=row["id"], unit=ref_id(row["uom_id"])) for row in rows
        }
        left = [code for code in wanted if code not in found]
        if left:
            rows = self._session.search_read("account.account", [["code", "in", left]], ["code"])
            found |= {text(row["code"]): Target(account=row["id"]) for row in rows}
        return found, [_unknown(code) for code in wanted if code not in found]


def _unknown(code: str) -> Finding:
    return hold(
        problems.CODE_UNKNOWN,
        f"Odoo has neither a product nor an account {code!r}, which the crosswalk of charges names",
        where="charges",
        value=code,
        hint="Correct the crosswalk, or add it in Odoo; then release.",
    )
