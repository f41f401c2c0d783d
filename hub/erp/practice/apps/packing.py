"""Packages: putting what is picked into one, their names, and what a transfer weighs."""

from __future__ import annotations

from hub.erp.practice.apps.sequences import next_number
from hub.erp.practice.errors import UserError
from hub.erp.practice.records import Env
from hub.erp.practice.values import DATE
from hub.erp.practice.wire import Ids, Json, Values


def action_put_in_pack(
    env: Env,
    model: str,
    ids: Ids,
    *,
    package_id: int | bool = False,
    package_type_id: int | bool = False,
    package_name: str | bool = False,
) -> list[int]:
    """Put what is in no package yet into one, new or named; return it. Works on transfers and on move lines."""
    lines = list(ids)
    if model == "stock.picking":
        lines = [line for row in env.rows(model, ids, ["move_line_ids"]) for line in row["move_line_ids"]]
    loose = [
        row
        for row in env.rows("stock.move.line", lines, ["result_package_id", "quantity", "picked"])
        if row["quantity"] and not row["result_package_id"]
    ]
    loose = [row for row in loose if row["picked"]] or loose
    if not loose:
        raise UserError(
            "There is nothing left to put in a package: no quantity is reserved or all of it is packed."
        )
    package = int(package_id) or env.create(
        "stock.package", {"name": package_name or False, "package_type_id": package_type_id}
    )
    env.write("stock.move.line", [row["id"] for row in loose], {"result_package_id": package})
    return [package]


def prepare_package(env: Env, values: Values) -> Values:
    """Number a package without a name."""
    values["name"] = values.get("name") or next_number(env, "PACK", 7)
    values["pack_date"] = values.get("pack_date") or env.now.strftime(DATE)
    return values


def shipping_weight(env: Env, ids: Ids) -> dict[int, float]:
    """Return the weight of what a transfer moves, by the products' weights."""
    weights = {}
    for row in env.rows("stock.picking", ids, ["move_line_ids"]):
        lines = env.rows("stock.move.line", row["move_line_ids"], ["quantity", "product_id.weight"])
        weights[row["id"]] = round(
            sum(line["quantity"] * (line["product_id.weight"] or 0) for line in lines), 3
        )
    return weights


def packages_count(env: Env, ids: Ids) -> dict[int, int]:
    """Return how many packages a transfer fills."""
    counts: dict[int, Json] = {}
    for row in env.rows("stock.picking", ids, ["move_line_ids"]):
        lines = env.rows("stock.move.line", row["move_line_ids"], ["result_package_id"])
        counts[row["id"]] = len({line["result_package_id"] for line in lines if line["result_package_id"]})
    return counts
