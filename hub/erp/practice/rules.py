"""Every rule and method of the apps, by model: the table that makes an Odoo of plain records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hub.erp.practice import forms, loading, methods
from hub.erp.practice.apps import (
    account,
    invoicing,
    packing,
    partners,
    payments,
    products,
    purchase,
    reservation,
    sale,
    stock,
)
from hub.erp.practice.errors import AccessError, NotFound
from hub.erp.practice.methods import GENERIC, Method
from hub.erp.practice.records import Env, Rules
from hub.erp.practice.schema import Schema
from hub.erp.practice.wire import Ids


def _expected(env: Env, ids: Ids) -> dict[int, str]:
    rows = env.rows("sale.order", ids, ["commitment_date", "date_order"])
    return {row["id"]: row["commitment_date"] or row["date_order"] for row in rows}


def _lengths(model: str, field: str) -> Callable[[Env, Ids], Mapping[int, int]]:
    def count(env: Env, ids: Ids) -> dict[int, int]:
        return {row["id"]: len(row[field]) for row in env.rows(model, ids, [field])}

    return count


def _complete_names(env: Env, ids: Ids) -> dict[int, str]:
    rows = env.rows("ir.model.data", ids, ["module", "name"])
    return {row["id"]: f"{row['module']}.{row['name']}" for row in rows}


def _valid_sscc(env: Env, ids: Ids) -> dict[int, bool]:
    return {row["id"]: is_sscc(row["name"] or "") for row in env.rows("stock.package", ids, ["name"])}


def is_sscc(text: str) -> bool:
    """Tell whether a text is an SSCC: 18 digits, the last one the GS1 check digit (weights 3 and 1)."""
    if len(text) != 18 or not (text.isascii() and text.isdecimal()):
        return False
    return sum(int(digit) * (3 if i % 2 == 0 else 1) for i, digit in enumerate(text)) % 10 == 0


RULES = Rules(
    prepare={
        "res.partner": partners.prepare_partner,
        "product.product": products.prepare_product,
        "product.template": products.prepare_template,
        "product.supplierinfo": products.prepare_seller,
        "sale.order": sale.prepare_order,
        "sale.order.line": sale.prepare_line,
        "purchase.order": purchase.prepare_order,
        "purchase.order.line": purchase.prepare_line,
        "stock.picking": stock.prepare_picking,
        "stock.move": stock.prepare_move,
        "stock.location": reservation.prepare_location,
        "stock.move.line": reservation.prepare_line,
        "stock.package": packing.prepare_package,
        "stock.quant": reservation.prepare_quant,
        "account.move": account.prepare_move,
        "account.move.line": account.prepare_line,
        "account.payment": payments.prepare_payment,
        "account.payment.register": payments.prepare_wizard,
    },
    saved={
        "res.partner": partners.saved_partner,
        "product.product": products.saved_product,
        "product.template": products.saved_template,
        "sale.order": sale.saved_order,
        "sale.order.line": sale.saved_line,
        "purchase.order": purchase.saved_order,
        "purchase.order.line": purchase.saved_line,
        "stock.picking": stock.saved_picking,
        "stock.move": stock.saved_move,
        "stock.move.line": reservation.saved_line,
        "account.move": account.saved_move,
        "account.move.line": account.saved_line,
    },
    recompute={
        "product.product": reservation.count_reserved,
        "stock.picking": stock.recompute_pickings,
        "sale.order": sale.recompute_orders,
        "purchase.order": purchase.recompute_orders,
        "account.move": account.recompute_moves,
    },
    guard={
        "sale.order": sale.guard_order,
        "purchase.order": purchase.guard_order,
        "stock.move.line": reservation.guard_line,
        "account.move": account.guard_move,
        "account.move.line": account.guard_line,
    },
    computed={
        ("ir.model.data", "complete_name"): _complete_names,
        ("product.product", "qty_available"): products.on_hand,
        ("product.product", "free_qty"): products.free,
        ("product.product", "incoming_qty"): products.coming,
        ("product.product", "outgoing_qty"): products.going,
        ("product.product", "virtual_available"): products.forecast,
        ("sale.order", "expected_date"): _expected,
        ("sale.order", "delivery_count"): _lengths("sale.order", "picking_ids"),
        ("sale.order", "invoice_count"): _lengths("sale.order", "invoice_ids"),
        ("purchase.order", "incoming_picking_count"): _lengths("purchase.order", "picking_ids"),
        ("stock.picking", "shipping_weight"): packing.shipping_weight,
        ("stock.picking", "packages_count"): packing.packages_count,
        ("stock.package", "valid_sscc"): _valid_sscc,
        ("stock.quant", "available_quantity"): reservation.available,
    },
)

METHODS: Mapping[tuple[str, str], Method] = MappingProxyType(
    {
        ("res.users", "context_get"): Method(methods.context_get),
        ("decimal.precision", "precision_get"): Method(methods.precision_get),
        ("ir.model.data", "check_object_reference"): Method(loading.check_object_reference),
        ("sale.order", "action_confirm"): Method(sale.action_confirm, records=True),
        ("sale.order", "action_cancel"): Method(sale.action_cancel, records=True),
        ("sale.order", "action_draft"): Method(sale.action_draft, records=True),
        ("sale.advance.payment.inv", "create_invoices"): Method(invoicing.create_invoices, records=True),
        ("purchase.order", "button_confirm"): Method(purchase.button_confirm, records=True),
        ("purchase.order", "button_cancel"): Method(purchase.button_cancel, records=True),
        ("purchase.order", "action_create_invoice"): Method(purchase.action_create_invoice, records=True),
        ("stock.picking", "button_validate"): Method(stock.button_validate, records=True),
        ("stock.picking", "action_cancel"): Method(stock.action_cancel, records=True),
        ("stock.picking", "action_assign"): Method(stock.action_assign, records=True),
        ("stock.picking", "action_confirm"): Method(stock.action_confirm, records=True),
        ("stock.picking", "action_put_in_pack"): Method(packing.action_put_in_pack, records=True),
        ("stock.move.line", "action_put_in_pack"): Method(packing.action_put_in_pack, records=True),
        ("stock.quant", "create"): Method(reservation.create_quants),
        ("stock.quant", "action_apply_inventory"): Method(reservation.apply_inventory, records=True),
        ("stock.scrap", "action_validate"): Method(reservation.scrap, records=True),
        ("account.payment.register", "action_create_payments"): Method(
            payments.action_create_payments, records=True
        ),
        ("account.move", "action_post"): Method(account.action_post, records=True),
        ("account.move", "button_draft"): Method(account.button_draft, records=True),
        ("account.move", "button_cancel"): Method(account.button_cancel, records=True),
    }
)
EVERY: Mapping[str, Method] = MappingProxyType(
    {
        **GENERIC,
        "load": Method(loading.load),
        "onchange": Method(forms.onchange, records=True),
        "export_data": Method(forms.export_data, records=True),
    }
)
CHATTER: Mapping[str, Method] = MappingProxyType(
    {
        "message_post": Method(methods.message_post, records=True),
        "activity_schedule": Method(methods.activity_schedule, records=True),
    }
)
PRIVATE = frozenset(
    {"browse", "exists", "search_fetch", "sudo", "with_context", "with_user", "mapped", "filtered"}
)


def find_method(schema: Schema, model: str, name: str) -> Method:
    """Return a public method of a model; raise UnknownModel, AccessError (private) or NotFound."""
    table = schema[model]
    if name.startswith("_") or name in PRIVATE:
        raise AccessError(f"Private methods (such as '{model}.{name}') cannot be called remotely.")
    found = METHODS.get((model, name)) or EVERY.get(name)
    if table.chatter:
        found = CHATTER.get(name) or found
    if found is None:
        raise NotFound(f"The method '{model}.{name}' does not exist")
    return found
