"""The SQLite file of the practice Odoo: tables made from the schema, columns added when the schema has grown."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hub.erp.practice.domains import matches_like
from hub.erp.practice.schema import Model, Schema

SQL_TYPES = {
    "integer": "INTEGER",
    "boolean": "INTEGER",
    "many2one": "INTEGER",
    "float": "REAL",
    "monetary": "REAL",
}


#: Fields that are no relations and are searched by a client that brings much.
LOOKED_UP = frozenset({"default_code", "barcode", "ref", "client_order_ref", "res_id"})


def connect(path: Path, schema: Schema) -> sqlite3.Connection:
    """Open (or make) the database. One connection serves all threads: its owner holds a lock around each call."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.create_function("odoo_like", 3, matches_like, deterministic=True)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=OFF")  # practice data: a power cut may cost the last orders
    connection.execute("BEGIN IMMEDIATE")
    for model in schema.models.values():
        _make_table(connection, model)
        _make_relations(connection, schema, model)
    connection.execute("COMMIT")
    return connection


def _make_table(connection: sqlite3.Connection, model: Model) -> None:
    columns = {field.name: SQL_TYPES.get(field.type, "TEXT") for field in model.columns if field.name != "id"}
    every = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {model.table} (id INTEGER PRIMARY KEY AUTOINCREMENT, {every})"
    )
    known = {row["name"] for row in connection.execute(f"PRAGMA table_info({model.table})")}
    for name in columns.keys() - known:
        connection.execute(f"ALTER TABLE {model.table} ADD COLUMN {name} {columns[name]}")
    for field in model.columns:
        automatic = field.name in {"create_uid", "write_uid"}
        if (field.type == "many2one" and not automatic) or field.name in LOOKED_UP:
            index = f"{model.table}_{field.name}_index"
            connection.execute(f"CREATE INDEX IF NOT EXISTS {index} ON {model.table} ({field.name})")
    for names in model.unique:
        index = f"{model.table}_{'_'.join(names)}_uniq_index"
        connection.execute(f"CREATE UNIQUE INDEX IF NOT EXISTS {index} ON {model.table} ({', '.join(names)})")


def _make_relations(connection: sqlite3.Connection, schema: Schema, model: Model) -> None:
    for field in model.fields.values():
        if field.type == "many2many" and not field.path and not field.reverse:
            table, own, other = schema.relation_table(model.name, field)
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {table} ({own} INTEGER NOT NULL, {other} INTEGER NOT NULL, "
                f"PRIMARY KEY ({own}, {other})) WITHOUT ROWID"
            )
            connection.execute(f"CREATE INDEX IF NOT EXISTS {table}_{other}_index ON {table} ({other})")
