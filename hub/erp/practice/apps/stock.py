"""Transfers: deliveries and receipts, validated in whole or in part, packed, put off (backorders), cancelled."""

from __future__ import annotations

from collections.abc import Sequence

from hub.erp.practice.apps import reservation, units
from hub.erp.practice.apps.sequences import next_number
from hub.erp.practice.errors import UserError
from hub.erp.practice.records import Env
from hub.erp.practice.values import stamp
from hub.erp.practice.wire import Ids, Values

CLOSED = {"done", "cancel"}


def prepare_picking(env: Env, values: Values) -> Values:
    """Number a transfer by its type (WH/OUT/00001) and take the type's locations."""
    if values.get("picking_type_id"):
        names = ["warehouse_id.code", "sequence_code", "default_location_src_id", "default_location_dest_id"]
        kind = env.one("stock.picking.type", values["picking_type_id"], *names)
        values["name"] = values.get("name") or next_number(
            env, f"{kind['warehouse_id.code']}/{kind['sequence_code']}/"
        )
        values["location_id"] = values.get("location_id") or kind["default_location_src_id"]
        values["location_dest_id"] = values.get("location_dest_id") or kind["default_location_dest_id"]
    return values


def prepare_move(env: Env, values: Values) -> Values:
    """Complete a move from its transfer."""
    if values.get("picking_id"):
        names = ["name", "location_id", "location_dest_id", "origin", "partner_id"]
        picking = env.one("stock.picking", values["picking_id"], *names)
        for name in ("location_id", "location_dest_id", "origin", "partner_id"):
            values[name] = values.get(name) or picking[name]
        values["reference"] = picking["name"]
    return values


def make_picking(env: Env, picking: Values, moves: Sequence[Values], known: Ids = ()) -> None:
    """Put moves into an open one of the known transfers, or a new one, and reserve what there is; no moves, none."""
    if moves:
        rows = env.rows("stock.picking", sorted(known), ["state"])
        opened = next((row["id"] for row in rows if row["state"] not in CLOSED), None)
        made = opened or env.create("stock.picking", picking)
        for move in moves:
            reserve_new(env, move | {"picking_id": made})


def reserve_new(env: Env, values: Values) -> int:
    """Make a confirmed move and reserve it."""
    move = env.create("stock.move", values | {"state": "confirmed"}, follow_up=False)
    reservation.reserve(env, move)
    return move


def saved_move(env: Env, ids: Ids, changed: frozenset[str]) -> None:
    """Carry what was written on moves over to their lines, statuses and orders."""
    for row in env.rows("stock.move", ids, ["quantity", "picked", "picking_id", "state"]):
        if row["state"] in CLOSED:
            continue
        if "quantity" in changed:
            reservation.set_quantity(env, row["id"], float(row["quantity"] or 0))
        if "picked" in changed:
            for line in env.one("stock.move", row["id"], "move_line_ids")["move_line_ids"]:
                env.put("stock.move.line", line, {"picked": row["picked"]})
        if changed & {"quantity", "picked", "product_uom_qty", "id"}:
            reservation.refresh(env, row["id"])


def saved_picking(env: Env, ids: Ids, changed: frozenset[str]) -> None:
    """Have statuses worked out again; a new date is the date of the open moves too."""
    env.mark("stock.picking", ids)
    if "scheduled_date" in changed and "id" not in changed:
        for row in env.rows("stock.picking", ids, ["move_ids", "scheduled_date"]):
            for move in env.rows("stock.move", row["move_ids"], ["state"]):
                if move["state"] not in CLOSED:
                    env.put("stock.move", move["id"], {"date": row["scheduled_date"]})


def reschedule(env: Env, pickings: Ids, date: str) -> None:
    """Give open transfers a new date and deadline."""
    for row in env.rows("stock.picking", pickings, ["state"]):
        if row["state"] not in CLOSED:
            env.write("stock.picking", [row["id"]], {"scheduled_date": date[:19], "date_deadline": date[:19]})


def recompute_pickings(env: Env, ids: Ids) -> None:
    """Bring a transfer's state up to date with its moves."""
    for row in env.rows("stock.picking", ids, ["state", "move_ids", "sale_id", "purchase_id"]):
        states = [move["state"] for move in env.rows("stock.move", row["move_ids"], ["state"])]
        env.put("stock.picking", row["id"], {"state": picking_state(states, row["state"])})
        lines = env.rows("stock.move", row["move_ids"], ["sale_line_id.order_id"])
        orders = {line["sale_line_id.order_id"] for line in lines} | {row["sale_id"]}
        env.mark("sale.order", [order for order in orders if order])
        env.mark("purchase.order", [row["purchase_id"]])


def picking_state(states: Sequence[str], now: str) -> str:
    """Return a transfer's state: that of its open moves; ready as soon as something is reserved."""
    opened = [state for state in states if state not in CLOSED]
    if not states:
        return now
    if not opened:
        return "done" if "done" in states else "cancel"
    if set(opened) == {"draft"}:
        return "draft"
    return "assigned" if set(opened) & {"assigned", "partially_available"} else "confirmed"


def button_validate(env: Env, model: str, ids: Ids) -> bool | Values:
    """Ship or receive what was picked (or, when nothing was, what is reserved); the rest is put off.

    Without `skip_backorder` in the context a rest is a question, answered as Odoo does with its wizard's action;
    transfers in `picking_ids_not_to_backorder` cancel their rest instead.
    """
    env.check(model, ids)
    later = bool(env.context.get("skip_backorder"))
    dropped = env.context.get("picking_ids_not_to_backorder") or []
    if validate(env, ids, skip_backorder=later, dropped=dropped):
        return True
    return {
        "type": "ir.actions.act_window",
        "name": "Create Backorder?",
        "res_model": "stock.backorder.confirmation",
        "view_mode": "form",
        "target": "new",
        "context": {
            "button_validate_picking_ids": list(ids),
            "default_pick_ids": [[4, record] for record in ids],
        },
    }


def validate(env: Env, ids: Ids, *, skip_backorder: bool, dropped: Ids = ()) -> bool:
    """Finish transfers, those done already left as they are; return False, having done nothing, for a question."""
    opened = [row["id"] for row in env.rows("stock.picking", ids, ["state"]) if row["state"] != "done"]
    plans = {picking: _plan(env, picking) for picking in opened}
    rest = any(done < demand for plan in plans.values() for done, demand in plan.values())
    if rest and not skip_backorder:
        return False
    for picking, plan in plans.items():
        _validate(env, picking, plan, backorder=picking not in dropped)
    return True


def _plan(env: Env, picking: int) -> dict[int, tuple[float, float]]:
    """Return (to be done, demanded) by move; raise UserError when there is nothing to do."""
    row = env.one("stock.picking", picking, "move_ids", "name", "state")
    moves = env.rows("stock.move", row["move_ids"], ["quantity", "picked", "product_uom_qty", "state"])
    moves = [move for move in moves if move["state"] not in CLOSED]
    some_picked = any(move["picked"] for move in moves)
    plan = {
        move["id"]: (
            float(move["quantity"] or 0) if move["picked"] or not some_picked else 0.0,
            float(move["product_uom_qty"]),
        )
        for move in moves
    }
    if row["state"] == "cancel" or not any(done for done, _ in plan.values()):
        raise UserError(f"Nothing to validate in {row['name']}: no quantity is reserved or picked.")
    return plan


def _validate(env: Env, picking: int, plan: dict[int, tuple[float, float]], *, backorder: bool) -> None:
    later: dict[int, float] = {}
    for move, (done, demand) in plan.items():
        if not done:
            later[move] = demand
        else:
            if done < demand:
                later[_split(env, move, demand - done)] = demand - done
                env.put("stock.move", move, {"product_uom_qty": done})
            _finish(env, move)
    env.put("stock.picking", picking, {"date_done": stamp(env.now)[:19], "state": "done"})
    if later and backorder:
        _put_off(env, picking, list(later))
    elif later:
        _cancel_moves(env, list(later))
    env.mark("stock.picking", [picking])
    env.flush()


def _split(env: Env, move: int, quantity: float) -> int:
    """Make a move of what is left, like the one it comes from."""
    names = [field.name for field in env.schema["stock.move"].columns]
    kept = {name: value for name, value in env.one("stock.move", move, *names).items() if value is not None}
    for name in ("id", "create_uid", "create_date", "write_uid", "write_date", "quantity", "picked"):
        kept.pop(name, None)
    return env.create(
        "stock.move", kept | {"product_uom_qty": quantity, "state": "confirmed"}, follow_up=False
    )


def _put_off(env: Env, picking: int, moves: Ids) -> None:
    """Make the backorder of what is left and reserve it again."""
    names = [
        "picking_type_id",
        "partner_id",
        "owner_id",
        "origin",
        "sale_id",
        "purchase_id",
        "scheduled_date",
        "date_deadline",
    ]
    row = env.one("stock.picking", picking, *names, "location_id", "location_dest_id", "carrier_id")
    values = {name: value for name, value in row.items() if name != "id" and value is not None}
    backorder = env.create("stock.picking", values | {"backorder_id": picking})
    name = env.one("stock.picking", backorder, "name")["name"]
    for move in moves:
        env.put("stock.move", move, {"picking_id": backorder, "reference": name})
        for line in env.one("stock.move", move, "move_line_ids")["move_line_ids"]:
            env.put("stock.move.line", line, {"picking_id": backorder})
        reservation.reserve(env, move)


def _finish(env: Env, move: int) -> None:
    """Move the goods: off the shelf, into the package and lot, to where they go."""
    row = env.one("stock.move", move, "move_line_ids", "location_dest_id", "product_id")
    names = ["product_id", "product_id.tracking", "product_id.uom_id", "quantity", "product_uom_id"]
    names += ["lot_id", "lot_name", "package_id", "result_package_id", "location_id", "location_dest_id"]
    for line in env.rows("stock.move.line", row["move_line_ids"], names):
        if not line["quantity"]:
            env.unlink("stock.move.line", [line["id"]])
            continue
        lot = line["lot_id"] or _lot(env, line)
        moved = units.convert(env, line["quantity"], line["product_uom_id"], line["product_id.uom_id"])
        origin = (line["product_id"], line["location_id"], lot, line["package_id"])
        reservation.change_quant(env, origin, -moved)
        to = line["location_dest_id"] or row["location_dest_id"]
        place = (line["product_id"], to, lot, line["result_package_id"])
        reservation.change_quant(env, place, moved)
        env.put("stock.move.line", line["id"], {"picked": True, "lot_id": lot, "date": stamp(env.now)[:19]})
    env.put("stock.move", move, {"state": "done", "picked": True, "date": stamp(env.now)[:19]})
    env.mark("product.product", [row["product_id"]])


def _lot(env: Env, line: Values) -> int | None:
    """Return the lot that a line names, made when it is new; tracked goods must have one."""
    if line["product_id.tracking"] == "none":
        return None
    if not line["lot_name"]:
        product = env.names("product.product", [line["product_id"]])[line["product_id"]]
        raise UserError(f"You need to supply a lot or serial number for {product}.")
    known = [["name", "=", line["lot_name"]], ["product_id", "=", line["product_id"]]]
    found = env.search("stock.lot", known, limit=1)
    return (
        found[0]
        if found
        else env.create("stock.lot", {"name": line["lot_name"], "product_id": line["product_id"]})
    )


def cancel(env: Env, pickings: Ids) -> None:
    """Cancel what is open of transfers and give back what they reserve."""
    for row in env.rows("stock.picking", pickings, ["move_ids"]):
        _cancel_moves(env, row["move_ids"])
        env.mark("stock.picking", [row["id"]])
    env.flush()


def _cancel_moves(env: Env, moves: Ids) -> None:
    for move in env.rows("stock.move", moves, ["state", "move_line_ids", "picking_id"]):
        if move["state"] not in CLOSED:
            env.unlink("stock.move.line", move["move_line_ids"])
            env.put("stock.move", move["id"], {"state": "cancel", "quantity": 0.0, "picked": False})
            env.mark("stock.picking", [move["picking_id"]])


def action_cancel(env: Env, model: str, ids: Ids) -> bool:
    """Cancel transfers."""
    if any(row["state"] == "done" for row in env.rows(model, ids, ["state"])):
        raise UserError("A transfer that is done cannot be cancelled; return the goods instead.")
    cancel(env, ids)
    return True


def action_assign(env: Env, model: str, ids: Ids) -> bool:
    """Look again for stock to reserve."""
    for row in env.rows(model, ids, ["move_ids"]):
        for move in env.rows("stock.move", row["move_ids"], ["state"]):
            if move["state"] not in CLOSED:
                reservation.reserve(env, move["id"])
    return True


def action_confirm(env: Env, model: str, ids: Ids) -> bool:
    """Mark drafts as to do, and reserve what there is for them; goods that come are always there."""
    for row in env.rows(model, ids, ["move_ids"]):
        for move in env.rows("stock.move", row["move_ids"], ["state"]):
            if move["state"] == "draft":
                env.put("stock.move", move["id"], {"state": "confirmed"})
                reservation.reserve(env, move["id"])
        env.mark(model, [row["id"]])
    env.flush()
    return True
