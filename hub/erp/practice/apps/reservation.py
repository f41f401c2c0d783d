"""Stock on its shelves: quants, what is reserved of them, and the move lines that reserve it."""

from __future__ import annotations

from hub.erp.practice.apps import units
from hub.erp.practice.apps.sequences import next_number
from hub.erp.practice.errors import UserError
from hub.erp.practice.records import Env
from hub.erp.practice.wire import Ids, Json, Values

OPEN = ("draft", "waiting", "confirmed", "partially_available", "assigned")


def _is_kept(env: Env, product: int, location: int) -> bool:
    """Tell whether stock of the product is counted in the location."""
    storable = env.one("product.product", product, "is_storable")["is_storable"]
    return bool(storable) and env.one("stock.location", location, "usage")["usage"] == "internal"


def quant_domain(product: int, location: int, lot: int | None, package: int | None) -> list[Json]:
    """Return the domain of the one quant of a product, place, lot and package."""
    return [
        ["product_id", "=", product],
        ["location_id", "=", location],
        ["lot_id", "=", lot or False],
        ["package_id", "=", package or False],
    ]


def change_quant(env: Env, place: tuple[int, int, int | None, int | None], quantity: float) -> None:
    """Add to what is at (product, location, lot, package)."""
    product, location, lot, package = place
    if not env.one("product.product", product, "is_storable")["is_storable"]:
        return
    found = env.search("stock.quant", quant_domain(product, location, lot, package), limit=1)
    if not found:
        values = {"product_id": product, "location_id": location, "lot_id": lot, "package_id": package}
        found = [env.create("stock.quant", values)]
    now = env.one("stock.quant", found[0], "quantity")["quantity"]
    env.put("stock.quant", found[0], {"quantity": round(now + quantity, 6)})


def count_reserved(env: Env, products: Ids) -> None:
    """Work out what of each quant is reserved: what the open move lines take from that very place."""
    sql = """
        UPDATE stock_quant SET reserved_quantity = COALESCE((
            SELECT ROUND(SUM(l.quantity), 6) FROM stock_move_line l JOIN stock_move m ON m.id = l.move_id
            WHERE m.state NOT IN ('done', 'cancel') AND l.product_id = stock_quant.product_id
              AND l.location_id = stock_quant.location_id
              AND l.lot_id IS stock_quant.lot_id AND l.package_id IS stock_quant.package_id), 0)
        WHERE product_id = ?"""
    for product in products:
        env.connection.execute(sql, [product])


def reserve(env: Env, move: int) -> None:
    """Reserve what a move still needs, as far as stock goes; what comes from outside is always there."""
    names = ["product_id", "product_uom_qty", "location_id", "move_line_ids", "state"]
    row = env.one("stock.move", move, *names)
    have = sum(line["quantity"] for line in env.rows("stock.move.line", row["move_line_ids"], ["quantity"]))
    needed = float(row["product_uom_qty"]) - have
    if needed > 0 and row["state"] in OPEN:
        if _is_kept(env, row["product_id"], row["location_id"]):
            _reserve_quants(env, row, needed)
        elif row["move_line_ids"]:
            line = env.one("stock.move.line", row["move_line_ids"][0], "quantity")
            env.put("stock.move.line", line["id"], {"quantity": line["quantity"] + needed})
        else:
            _add_line(env, move, {"quantity": needed})
    refresh(env, move)


def _reserve_quants(env: Env, move: Values, needed: float) -> None:
    count_reserved(env, [move["product_id"]])
    domain = [["product_id", "=", move["product_id"]], ["location_id", "child_of", move["location_id"]]]
    names = ["quantity", "reserved_quantity", "lot_id", "package_id", "location_id"]
    for quant in env.rows("stock.quant", env.search("stock.quant", domain), names):
        free = min(needed, quant["quantity"] - quant["reserved_quantity"])
        if free <= 0:
            continue
        place = {name: quant[name] for name in ("lot_id", "package_id", "location_id")}
        same = env.search(
            "stock.move.line",
            [["move_id", "=", move["id"]], *([k, "=", v or False] for k, v in place.items())],
        )
        if same:
            now = env.one("stock.move.line", same[0], "quantity")["quantity"]
            env.put("stock.move.line", same[0], {"quantity": now + free})
        else:
            _add_line(env, move["id"], place | {"quantity": free})
        needed -= free


def _add_line(env: Env, move: int, values: Values) -> None:
    env.create("stock.move.line", values | {"move_id": move}, follow_up=False)


def set_demand(env: Env, moves: Ids, total: float) -> None:
    """Make the open moves of a line demand what of a new total is not done; a rise without one is not followed."""
    rows = env.rows("stock.move", sorted(moves), ["state", "product_uom_qty", "quantity", "picking_id"])
    done = sum(float(row["quantity"]) for row in rows if row["state"] == "done")
    opened = [row for row in rows if row["state"] in OPEN]
    if opened:
        demand = max(0.0, total - done)
        env.put("stock.move", opened[0]["id"], {"product_uom_qty": demand})
        if float(opened[0]["quantity"]) > demand:
            set_quantity(env, opened[0]["id"], demand)
        if demand:
            reserve(env, opened[0]["id"])
        else:  # a line that is taken off is moved no more
            env.put("stock.move", opened[0]["id"], {"state": "cancel"})
            env.mark("stock.picking", [opened[0]["picking_id"]])


def done_quantity(env: Env, moves: Ids, to_usage: str, unit: int | None) -> float:
    """Return what finished moves brought to locations of a usage, less what came back from there, in a unit."""
    total = 0.0
    names = ["state", "quantity", "product_uom", "location_id.usage", "location_dest_id.usage"]
    for row in env.rows("stock.move", moves, names):
        if row["state"] == "done":
            sign = (row["location_dest_id.usage"] == to_usage) - (row["location_id.usage"] == to_usage)
            total += sign * units.convert(env, float(row["quantity"]), row["product_uom"], unit)
    return round(total, 6)


def prepare_location(env: Env, values: Values) -> Values:
    """Give a place its full name, WH/Stock/Shelf."""
    above = values.get("location_id") and env.one("stock.location", values["location_id"], "complete_name")
    parts = [above["complete_name"]] if above else []
    return {"complete_name": "/".join([*parts, str(values.get("name"))]), **values}


def prepare_line(env: Env, values: Values) -> Values:
    """Complete a move line from its move; one without a move joins the picking's move of its product."""
    if not values.get("move_id") and values.get("picking_id"):
        domain = [["picking_id", "=", values["picking_id"]], ["product_id", "=", values.get("product_id")]]
        values["move_id"] = next(iter(env.search("stock.move", domain, limit=1)), False)
    if values.get("move_id"):
        names = ["product_id", "picking_id", "location_id", "location_dest_id", "product_uom", "picked"]
        move = env.one("stock.move", values["move_id"], *names)
        for name in ("product_id", "picking_id", "location_id", "location_dest_id"):
            values[name] = values.get(name) or move[name]
        values.setdefault("product_uom_id", move["product_uom"])
    elif values.get("product_id"):
        values.setdefault(
            "product_uom_id", env.one("product.product", values["product_id"], "uom_id")["uom_id"]
        )
    return values


def set_quantity(env: Env, move: int, quantity: float) -> None:
    """Make the move's lines come to a quantity: the last lines give way first, the first one grows."""
    row = env.one("stock.move", move, "move_line_ids")
    lines = env.rows("stock.move.line", sorted(row["move_line_ids"]), ["quantity"])
    rest = quantity
    for line in lines:
        share = min(rest, line["quantity"]) if line is not lines[-1] else rest
        if share > 0:
            env.put("stock.move.line", line["id"], {"quantity": share})
        else:
            env.unlink("stock.move.line", [line["id"]])
        rest -= share
    if not lines and quantity:
        _add_line(env, move, {"quantity": quantity})
    refresh(env, move)


def refresh(env: Env, move: int) -> None:
    """Bring an open move's quantity and state up to date with its lines, and its picking with it."""
    names = ["move_line_ids", "product_uom_qty", "product_uom", "state", "picking_id", "product_id"]
    row = env.one("stock.move", move, *names)
    lines = env.rows("stock.move.line", row["move_line_ids"], ["quantity", "product_uom_id", "picked"])
    counted = (units.convert(env, li["quantity"], li["product_uom_id"], row["product_uom"]) for li in lines)
    quantity = round(sum(counted), 6)
    changed: Values = {"quantity": quantity, "picked": any(line["picked"] for line in lines)}
    if row["state"] in OPEN:
        enough = quantity >= float(row["product_uom_qty"])
        waits = "draft" if row["state"] == "draft" else "confirmed"  # people confirm a draft
        changed["state"] = "assigned" if enough else "partially_available" if quantity else waits
    env.put("stock.move", move, changed)
    env.mark("product.product", [row["product_id"]])
    env.mark("stock.picking", [row["picking_id"]])


def saved_line(env: Env, ids: Ids, changed: frozenset[str]) -> None:
    """Bring the moves of new or changed lines up to date."""
    for row in env.rows("stock.move.line", ids, ["move_id", "state"]):
        if (
            row["move_id"]
            and row["state"] in OPEN
            and changed & {"id", "quantity", "picked", "lot_id", "package_id"}
        ):
            refresh(env, row["move_id"])


def guard_line(env: Env, ids: Ids) -> None:
    """Keep the lines of what is done; what other lines reserved is free again."""
    rows = env.rows("stock.move.line", ids, ["state", "product_id", "quantity"])
    if any(row["state"] == "done" and row["quantity"] for row in rows):
        raise UserError("Move lines of finished transfers cannot be deleted.")
    env.mark("product.product", [row["product_id"] for row in rows])


def apply_inventory(env: Env, model: str, ids: Ids) -> None:
    """Make what was counted what is there; the difference comes from the inventory location."""
    lost = env.search("stock.location", [["usage", "=", "inventory"]], limit=1)
    for quant in env.rows(
        model, ids, ["product_id", "location_id", "lot_id", "package_id", "quantity", "inventory_quantity"]
    ):
        difference = quant["inventory_quantity"] - quant["quantity"]
        place = (quant["product_id"], quant["location_id"], quant["lot_id"], quant["package_id"])
        change_quant(env, place, difference)
        change_quant(env, (quant["product_id"], lost[0], None, None), -difference)
        env.put(model, quant["id"], {"inventory_quantity": 0.0, "inventory_quantity_set": False})


def prepare_quant(env: Env, values: Values) -> Values:
    """Refuse stock of what is not counted."""
    if (
        values.get("product_id")
        and not env.one("product.product", values["product_id"], "is_storable")["is_storable"]
    ):
        raise UserError("Quantities are kept of goods with Track Inventory only.")
    return values


def create_quants(env: Env, model: str, vals_list: list[Values]) -> list[int]:
    """Create quants; a count of a place that has a quant already is written on that one."""
    ids = []
    for values in vals_list:
        place = [values.get(name) or 0 for name in ("product_id", "location_id", "lot_id", "package_id")]
        found = env.search(model, quant_domain(*place), limit=1)
        if found:
            env.write(model, found, values)
        ids.append(found[0] if found else env.create(model, values))
    return ids


def available(env: Env, ids: Ids) -> dict[int, float]:
    """Return what of each quant is not reserved."""
    rows = env.rows("stock.quant", ids, ["quantity", "reserved_quantity"])
    return {row["id"]: row["quantity"] - row["reserved_quantity"] for row in rows}


def scrap(env: Env, model: str, ids: Ids) -> bool:
    """Take what is broken off its shelf."""
    names = ["product_id", "location_id", "lot_id", "package_id", "scrap_qty", "state"]
    for row in env.rows(model, ids, names):
        if row["state"] == "draft":
            place = (row["product_id"], row["location_id"], row["lot_id"], row["package_id"])
            change_quant(env, place, -row["scrap_qty"])
            env.put(model, row["id"], {"state": "done", "name": next_number(env, "SP/")})
    return True
