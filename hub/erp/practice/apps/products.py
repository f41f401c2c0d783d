"""Products and their templates (one variant each), vendors' prices, and what is on hand."""

from __future__ import annotations

from collections.abc import Iterable

from hub.erp.practice.errors import ValidationError
from hub.erp.practice.records import Env
from hub.erp.practice.wire import Ids, Values

DEFAULT_TAXES = {"taxes_id": "sale", "supplier_taxes_id": "purchase"}


def prepare_product(env: Env, values: Values) -> Values:
    """Make the template of a product that comes without one."""
    if not values.get("product_tmpl_id"):
        fields = env.schema["product.product"].fields
        shared = {name: value for name, value in values.items() if fields[name].forwards}
        if "lst_price" in shared:
            shared["list_price"] = shared.pop("lst_price")
        values = {name: value for name, value in values.items() if name not in shared and name != "lst_price"}
        values["product_tmpl_id"] = env.create("product.template", shared, follow_up=False)
    return values


def saved_product(env: Env, ids: Ids, changed: frozenset[str]) -> None:
    """Refuse a barcode that another product has; tie vendors' prices to the variant."""
    for row in env.rows("product.product", ids, ["barcode", "product_tmpl_id"]):
        if "barcode" in changed and row["barcode"]:
            same = env.search("product.product", [["barcode", "=", row["barcode"]], ["id", "!=", row["id"]]])
            if same:
                raise ValidationError(
                    f'Barcode "{row["barcode"]}" is already assigned to {env.names("product.product", same)[same[0]]}'
                )
        if "id" in changed:
            loose = [["product_tmpl_id", "=", row["product_tmpl_id"]], ["product_id", "=", False]]
            for seller in env.search("product.supplierinfo", loose):
                env.put("product.supplierinfo", seller, {"product_id": row["id"]})


def prepare_template(env: Env, values: Values) -> Values:
    """Give a template the company's default taxes, as Odoo's chart of accounts does."""
    for name, use in DEFAULT_TAXES.items():
        if name not in values:
            values[name] = env.search("account.tax", [["type_tax_use", "=", use]], limit=1, order="id")
    return values


def saved_template(env: Env, ids: Ids, changed: frozenset[str]) -> None:
    """Make the one variant of a new template."""
    if "id" in changed:
        for template in ids:
            env.create("product.product", {"product_tmpl_id": template})


def prepare_seller(env: Env, values: Values) -> Values:
    """Find the template of a vendor's price from its product, and the other way round."""
    if values.get("product_id") and not values.get("product_tmpl_id"):
        row = env.one("product.product", values["product_id"], "product_tmpl_id")
        values["product_tmpl_id"] = row["product_tmpl_id"]
    elif values.get("product_tmpl_id") and not values.get("product_id"):
        variants = env.search("product.product", [["product_tmpl_id", "=", values["product_tmpl_id"]]])
        if len(variants) == 1:
            values["product_id"] = variants[0]
    return values


def seller_of(env: Env, product: int, vendor: int, quantity: float, on: str) -> Values | None:
    """Return the vendor's price (and its unit) that counts for a product, a quantity and a day (ISO): the cheapest."""
    template = env.one("product.product", product, "product_tmpl_id")["product_tmpl_id"]
    commercial = env.one("res.partner", vendor, "commercial_partner_id")["commercial_partner_id"]
    domain = [
        ["product_tmpl_id", "=", template],
        ["product_id", "in", [False, product]],
        ["partner_id.commercial_partner_id", "=", commercial],
        ["min_qty", "<=", quantity],
        "|",
        ["date_start", "=", False],
        ["date_start", "<=", on],
        "|",
        ["date_end", "=", False],
        ["date_end", ">=", on],
    ]
    found = env.search("product.supplierinfo", domain, limit=1, order="price, sequence, id")
    names = ["product_code", "product_name", "price", "delay", "discount", "product_uom_id"]
    return env.rows("product.supplierinfo", found, names)[0] if found else None


def on_hand(env: Env, ids: Ids) -> dict[int, float]:
    """Return what is in internal locations."""
    return _sums(env, ids, "stock.quant", [["location_id.usage", "=", "internal"]], "quantity")


def free(env: Env, ids: Ids) -> dict[int, float]:
    """Return what is on hand and not reserved."""
    reserved = _sums(env, ids, "stock.quant", [["location_id.usage", "=", "internal"]], "reserved_quantity")
    return {product: quantity - reserved[product] for product, quantity in on_hand(env, ids).items()}


def coming(env: Env, ids: Ids) -> dict[int, float]:
    """Return what open receipts will bring."""
    return _sums(
        env, ids, "stock.move", [*_OPEN, ["picking_id.picking_type_code", "=", "incoming"]], "product_uom_qty"
    )


def going(env: Env, ids: Ids) -> dict[int, float]:
    """Return what open deliveries will take."""
    return _sums(
        env, ids, "stock.move", [*_OPEN, ["picking_id.picking_type_code", "=", "outgoing"]], "product_uom_qty"
    )


def forecast(env: Env, ids: Ids) -> dict[int, float]:
    """Return on hand plus coming less going."""
    plus, less = coming(env, ids), going(env, ids)
    return {
        product: quantity + plus[product] - less[product] for product, quantity in on_hand(env, ids).items()
    }


_OPEN = (["state", "not in", ["done", "cancel", "draft"]],)


def _sums(env: Env, ids: Iterable[int], model: str, domain: Iterable[object], field: str) -> dict[int, float]:
    sums = dict.fromkeys(ids, 0.0)
    for row in env.rows(
        model, env.search(model, [["product_id", "in", list(sums)], *domain]), ["product_id", field]
    ):
        sums[row["product_id"]] += row[field] or 0.0
    return sums
