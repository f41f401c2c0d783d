"""How many decimals Odoo keeps: of amounts by their currency, of prices by its setting."""

from __future__ import annotations

from decimal import Decimal

from hub.erp.odoo.client import Session


class Places:
    """The decimals of one Odoo. What a currency has is asked for once: it does not change under posted amounts."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[int, int] = {}

    def of(self, currency: int) -> int:
        """Return the places of a currency's amounts, by its id; 2 for none."""
        if currency and currency not in self._known:
            row = self._session.read("res.currency", [currency], ["decimal_places"]).get(currency, {})
            self._known[currency] = int(row.get("decimal_places", 2))
        return self._known.get(currency, 2)

    def half_price(self, currency: int) -> Decimal:
        """Return half of the last place of prices (`Product Price`, or the currency's if it has more)."""
        digits = int(self._session.call("decimal.precision", "precision_get", application="Product Price"))
        return Decimal(5).scaleb(-max(digits, self.of(currency)) - 1)
