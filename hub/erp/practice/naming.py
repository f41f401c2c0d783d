"""What records are called: the display names, and the fields that a search by name looks at.

`NAMES` holds, per model, the fields a name is made of and the function that makes it; every other model is called
by its `name`. The forms are those of Odoo 19, e.g. "[HUB-1001] Lantern" or "ACME Retail Inc., ACME DC01".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hub.erp.practice.wire import Json

Row = Mapping[str, Json]

NAME_PATHS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "res.partner": ("complete_name", "name", "ref", "email"),
        "res.users": ("partner_id.name", "login"),
        "res.country": ("name", "code"),
        "res.country.state": ("name", "code"),
        "product.product": ("default_code", "product_tmpl_id.name", "barcode"),
        "product.supplierinfo": ("partner_id.name",),
        "sale.order": ("name", "partner_id.name"),
        "sale.order.line": ("order_id.name", "name"),
        "purchase.order": ("name", "partner_ref"),
        "stock.location": ("complete_name",),
        "stock.move": ("origin",),
        "stock.move.line": ("product_id.default_code",),
        "stock.quant": ("product_id.default_code",),
        "account.move": ("name", "ref", "partner_id.name"),
        "mail.message": ("subject",),
        "sale.advance.payment.inv": ("advance_payment_method",),
        "account.incoterms": ("name", "code"),
        "account.analytic.account": ("code", "name"),
        "res.partner.bank": ("acc_number",),
    }
)

DRAFTS = MappingProxyType(
    {
        "out_invoice": "Draft Invoice",
        "out_refund": "Draft Credit Note",
        "in_invoice": "Draft Bill",
        "in_refund": "Draft Vendor Credit Note",
    }
)


def _product(row: Row) -> str:
    return f"[{row['default_code']}] {row['name']}" if row["default_code"] else str(row["name"])


def _purchase(row: Row) -> str:
    return f"{row['name']} ({row['partner_ref']})" if row["partner_ref"] else str(row["name"])


def _bill(row: Row) -> str:
    name = row["name"] or DRAFTS.get(row["move_type"], "Draft Entry")
    return f"{name} ({row['ref']})" if row["ref"] else str(name)


NAMES: Mapping[str, tuple[tuple[str, ...], Callable[[Row], str]]] = MappingProxyType(
    {
        "res.partner": (("complete_name",), lambda row: str(row["complete_name"] or "")),
        "product.product": (("default_code", "name"), _product),
        "product.template": (("default_code", "name"), _product),
        "product.supplierinfo": (("partner_id.name",), lambda row: str(row["partner_id.name"])),
        "sale.order.line": (
            ("order_id.name", "name"),
            lambda row: f"{row['order_id.name']} - {str(row['name'] or '').partition(chr(10))[0]}",
        ),
        "purchase.order": (("name", "partner_ref"), _purchase),
        "stock.location": (("complete_name",), lambda row: str(row["complete_name"])),
        "stock.picking.type": (
            ("name", "warehouse_id.name"),
            lambda row: f"{row['warehouse_id.name']}: {row['name']}",
        ),
        "stock.move": (
            ("origin", "product_id.default_code"),
            lambda row: f"{row['origin'] or ''}/{row['product_id.default_code'] or ''}",
        ),
        "account.move": (("name", "ref", "move_type"), _bill),
        "account.analytic.account": (
            ("code", "name"),
            lambda row: f"[{row['code']}] {row['name']}" if row["code"] else str(row["name"]),
        ),
        "res.partner.bank": (("acc_number",), lambda row: str(row["acc_number"])),
    }
)
