"""Filling the database from data files: what every new Odoo has (`data/base.toml`), and a sample company.

A file has `[[record]]` tables: `model`, a `key` that names the record (its external id is `practice.<key>`, or the
key itself where it names a module: `mail.mt_note`) and its fields. "@key"
stands for the id of another record. `[[stock]]` tables put a `quantity` of a `product` on the shelf.
Records whose external id exists are left as they are, so seeding again changes nothing.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

from hub.erp.practice.apps.reservation import apply_inventory, create_quants
from hub.erp.practice.loading import find_external
from hub.erp.practice.records import Env
from hub.erp.practice.service import Database
from hub.erp.practice.wire import Json, Values

MODULE = "practice"


def seed_base(database: Database) -> None:
    """Make what a new Odoo has: currency, company, user, units, taxes, journals, warehouse."""
    with database.transaction() as env:
        known = {row["model"] for row in env.rows("ir.model", env.search("ir.model", []), ["model"])}
        for model in database.schema.models.values():
            if model.name not in known:
                env.create("ir.model", {"name": model.label, "model": model.name, "modules": MODULE})
        _name_models(env)
        _seed(env, tomllib.loads(_built_in("base.toml")))


def seed_file(database: Database, file: Path | None) -> None:
    """Seed from a file, or from the built-in sample company."""
    text = file.read_text("utf-8") if file else _built_in("sample.toml")
    with database.transaction() as env:
        _seed(env, tomllib.loads(text))


def _name_models(env: Env) -> None:
    """Give each model its external id, `sale.model_sale_order`; the module is the first word of its name."""
    for row in env.rows("ir.model", env.search("ir.model", []), ["model"]):
        module, name = row["model"].partition(".")[0], f"model_{row['model'].replace('.', '_')}"
        if find_external(env, "ir.model", f"{module}.{name}") is None:
            link: Values = {"module": module, "name": name, "model": "ir.model", "res_id": row["id"]}
            env.create("ir.model.data", link)


def _built_in(name: str) -> str:
    return (resources.files("hub.erp.practice") / "data" / name).read_text("utf-8")


def _seed(env: Env, data: dict[str, Json]) -> None:
    new: set[str] = set()
    for record in data.get("record", []):
        values = dict(record)
        model, key = values.pop("model"), values.pop("key")
        module, name = key.split(".") if "." in key else (MODULE, key)
        if find_external(env, model, f"{module}.{name}") is None:
            made = env.create(model, {name: _resolved(env, value) for name, value in values.items()})
            env.create("ir.model.data", {"module": module, "name": name, "model": model, "res_id": made})
            new.add(key)
    for link in data.get("link", []):
        if link["key"] in new:
            target = find_external(env, link["model"], f"{MODULE}.{link['key']}")
            values = {
                name: _resolved(env, value) for name, value in link.items() if name not in {"model", "key"}
            }
            env.write(link["model"], [target or 0], values)
    for shelf in data.get("stock", []):
        if shelf["product"] in new:
            _stock(env, _resolved(env, f"@{shelf['product']}"), shelf["quantity"])


def _stock(env: Env, product: int, quantity: float) -> None:
    place = env.one("stock.warehouse", 1, "lot_stock_id")["lot_stock_id"]
    values: Values = {"product_id": product, "location_id": place, "inventory_quantity": quantity}
    apply_inventory(env, "stock.quant", create_quants(env, "stock.quant", [values]))


def _resolved(env: Env, value: Json) -> Json:
    """Return a value with its "@key" references as ids."""
    if isinstance(value, str) and value.startswith("@"):
        wanted = [["module", "=", MODULE], ["name", "=", value[1:]]]
        found = env.rows("ir.model.data", env.search("ir.model.data", wanted), ["res_id"])
        if not found:
            raise ValueError(f"no record is called {value} (references go backwards)")
        return found[0]["res_id"]
    if isinstance(value, list):
        return [_resolved(env, item) for item in value]
    return {name: _resolved(env, item) for name, item in value.items()} if isinstance(value, dict) else value
