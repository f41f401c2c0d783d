"""What the buttons of the web page do, with the same methods that the API calls."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from starlette.datastructures import FormData

from hub.erp.practice.apps import account, invoicing, packing, purchase, sale, stock
from hub.erp.practice.apps.sequences import next_number
from hub.erp.practice.errors import UserError
from hub.erp.practice.records import Env
from hub.erp.practice.views import open_moves
from hub.erp.practice.wire import Values

COMPANY_PREFIX = "0360002"  # an invented GS1 company prefix
PURCHASE_ROWS = 3


def confirm(env: Env, order: int, _: FormData) -> None:
    """Confirm a sale order."""
    sale.action_confirm(env, "sale.order", [order])


def cancel(env: Env, order: int, _: FormData) -> None:
    """Cancel a sale order."""
    sale.action_cancel(env, "sale.order", [order])


def deliver(env: Env, order: int, form: FormData) -> None:
    """Ship all that is open of a sale order, in one package with an SSCC when asked."""
    opened = [
        row["id"]
        for row in env.rows(
            "stock.picking", env.one("sale.order", order, "picking_ids")["picking_ids"], ["state"]
        )
        if row["state"] not in stock.CLOSED
    ]
    if not opened:
        raise UserError("There is no open delivery: confirm the order first.")
    for picking in opened:
        ship_all(env, picking, form)


def ship_all(env: Env, picking: int, form: FormData) -> None:
    """Ship or receive all that a transfer still has to move."""
    wanted = {move["id"]: float(move["product_uom_qty"]) for move in open_moves(env, picking)}
    _ship(env, picking, wanted, packed=bool(form.get("pack")))


def ship_part(env: Env, picking: int, form: FormData) -> None:
    """Ship or receive the quantities of the form; the rest becomes a backorder."""
    wanted = {move["id"]: _quantity(form.get(f"move-{move['id']}")) for move in open_moves(env, picking)}
    _ship(env, picking, wanted, packed=bool(form.get("pack")))


def _ship(env: Env, picking: int, wanted: Mapping[int, float], *, packed: bool) -> None:
    for move, quantity in wanted.items():
        env.write("stock.move", [move], {"quantity": quantity, "picked": quantity > 0})
    if packed:
        packing.action_put_in_pack(env, "stock.picking", [picking], package_name=next_sscc(env))
    stock.validate(env, [picking], skip_backorder=True)


def next_sscc(env: Env) -> str:
    """Return a new SSCC-18: extension 0, company prefix, serial and the GS1 check digit."""
    body = "0" + next_number(env, COMPANY_PREFIX, 16 - len(COMPANY_PREFIX))
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def invoice(env: Env, order: int, _: FormData) -> None:
    """Invoice what a sale order delivered and post the invoice."""
    env.flush()
    made = invoicing.invoice_orders(env, [order])
    env.flush()
    account.action_post(env, "account.move", made)


def post_invoice(env: Env, move: int, _: FormData) -> None:
    """Post a draft invoice or bill; a bill without a date is dated today."""
    row = env.one("account.move", move, "invoice_date")
    if not row["invoice_date"]:
        env.write("account.move", [move], {"invoice_date": env.now.strftime("%Y-%m-%d")})
    account.action_post(env, "account.move", [move])


def confirm_purchase(env: Env, order: int, _: FormData) -> None:
    """Confirm a purchase order."""
    purchase.button_confirm(env, "purchase.order", [order])


def cancel_purchase(env: Env, order: int, _: FormData) -> None:
    """Cancel a purchase order."""
    purchase.button_cancel(env, "purchase.order", [order])


def buy(env: Env, form: FormData) -> int:
    """Make a purchase order of the form's rows, confirmed when asked, and return its id."""
    vendor = _number(form.get("vendor"))
    lines = []
    for row in range(PURCHASE_ROWS):
        product, quantity = _number(form.get(f"product-{row}")), _quantity(form.get(f"quantity-{row}"))
        if product and quantity:
            lines.append([0, 0, {"product_id": product, "product_qty": quantity}])
    if not vendor or not lines:
        raise UserError("Choose a vendor, and a product with a quantity in at least one row.")
    order = env.create("purchase.order", {"partner_id": vendor, "order_line": lines})
    if form.get("confirm"):
        purchase.button_confirm(env, "purchase.order", [order])
    return order


def choices(env: Env) -> Values:
    """Return what the purchase form offers: vendors (whoever supplies something) and what they supply."""
    sellers = env.rows(
        "product.supplierinfo", env.search("product.supplierinfo", []), ["partner_id", "product_id"]
    )
    vendors = env.names("res.partner", sorted({row["partner_id"] for row in sellers}))
    products = env.names(
        "product.product", sorted({row["product_id"] for row in sellers if row["product_id"]})
    )
    return {
        "vendors": list(vendors.items()),
        "products": list(products.items()),
        "rows": range(PURCHASE_ROWS),
    }


def _number(text: object) -> int:
    value = str(text or "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 16 else 0


def _quantity(text: object) -> float:
    try:
        value = float(str(text or "0").replace(",", "."))
    except ValueError:
        raise UserError(f"{text!r} is no quantity: write a number such as 12 or 2.5.") from None
    if not math.isfinite(value) or not 0 <= value < 1e9:
        raise UserError(f"{text!r} is no quantity: write a number from 0 up.")
    return value


BUTTONS: Mapping[tuple[str, str], Callable[[Env, int, FormData], None]] = MappingProxyType(
    {
        ("orders", "confirm"): confirm,
        ("orders", "cancel"): cancel,
        ("orders", "deliver"): deliver,
        ("orders", "invoice"): invoice,
        ("deliveries", "ship-all"): ship_all,
        ("deliveries", "ship-part"): ship_part,
        ("receipts", "ship-all"): ship_all,
        ("receipts", "ship-part"): ship_part,
        ("invoices", "post"): post_invoice,
        ("bills", "post"): post_invoice,
        ("purchases", "confirm"): confirm_purchase,
        ("purchases", "cancel"): cancel_purchase,
    }
)
