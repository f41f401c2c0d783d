"""Names that moved between Odoo 14 and 19, in one table; what is there is probed, not assumed.

Code asks for the newest name; `Names` answers with the one that this Odoo has.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

from hub.erp.odoo.client import Session
from hub.model.errors import Undeliverable

#: model -> newest field name -> its names, newest first. A single name: the field may be absent
#: (another version, or a module that is not installed).
FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sale.order.line": {
        "product_uom_id": ("product_uom_id", "product_uom"),
        "technical_price_unit": ("technical_price_unit",),  # since 18
    },
    "purchase.order": {
        "acknowledged": ("acknowledged", "mail_reception_confirmed"),
        "picking_type_id": ("picking_type_id",),
        "dest_address_id": ("dest_address_id",),
        "note": ("note", "notes"),
    },
    "purchase.order.line": {
        "product_uom_id": ("product_uom_id", "product_uom"),
        "tax_ids": ("tax_ids", "taxes_id"),
    },
    "product.supplierinfo": {"partner_id": ("partner_id", "name")},
    "stock.picking": {
        "sale_id": ("sale_id",),
        "move_ids": ("move_ids", "move_lines"),
        "carrier_id": ("carrier_id",),
        "carrier_tracking_ref": ("carrier_tracking_ref",),
        "shipping_weight": ("shipping_weight",),
        "weight_uom_name": ("weight_uom_name",),
    },
    "stock.move": {
        "quantity": ("quantity", "quantity_done"),
        "picked": ("picked",),
        "restrict_partner_id": ("restrict_partner_id",),  # whose goods may be taken
        "forecast_availability": ("forecast_availability",),
        "forecast_expected_date": ("forecast_expected_date",),
    },
    "stock.move.line": {
        "quantity": ("quantity", "qty_done"),
        "picked": ("picked",),
        "expiration_date": ("expiration_date",),  # with the module product_expiry
    },
    "account.payment.term": {  # since 17
        "early_discount": ("early_discount",),
        "discount_percentage": ("discount_percentage",),
        "discount_days": ("discount_days",),
    },
    "account.payment": {"memo": ("memo", "ref")},  # `ref` until 17
    "stock.package": {
        "shipping_weight": ("shipping_weight",),
        "weight": ("weight",),
        "weight_uom_name": ("weight_uom_name",),
        "parent_package_id": ("parent_package_id",),  # since 19
        "package_type_id": ("package_type_id", "packaging_id"),
    },
    "stock.lot": {"expiration_date": ("expiration_date",)},
    "uom.uom": {"category_id": ("category_id",), "factor_inv": ("factor_inv",)},  # until 18
}

#: newest model name -> its names, newest first
MODELS: Mapping[str, tuple[str, ...]] = {
    "stock.package": ("stock.package", "stock.quant.package"),
    "stock.lot": ("stock.lot", "stock.production.lot"),
}


class Names:
    """The names of one Odoo's models and fields; each model is asked once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._fields: dict[str, dict[str, str]] = {}
        self._models: dict[str, str] = {}
        self._lock = threading.Lock()

    def model(self, newest: str) -> str:
        """Return the name that a model has here; the newest one when none answers."""
        self._probe(newest)
        return self._models[newest]

    def field(self, model: str, newest: str) -> str:
        """Return the name that a field of a model (by their newest names) has here, or "" for none."""
        self._probe(model)
        return self._fields[model].get(newest, "")

    def present(self, model: str, *newest: str) -> list[str]:
        """Return those of the fields that are here, by the names that they have here."""
        return [name for name in (self.field(model, f) for f in newest) if name]

    def _probe(self, model: str) -> None:
        with self._lock:
            if model in self._fields:
                return
            table = FIELDS.get(model, {})
            asked = [name for names in table.values() for name in names]
            candidates = MODELS.get(model, (model,))
            for position, candidate in enumerate(candidates, start=1):
                try:
                    known = self._session.call(
                        candidate, "fields_get", allfields=asked or ["id"], attributes=["type"]
                    )
                except Undeliverable:
                    if position < len(candidates):
                        continue
                    raise
                self._models[model] = candidate
                self._fields[model] = {
                    newest: next((n for n in names if n in known), "") for newest, names in table.items()
                }
                return
