"""Deleting records: what goes with them, what merely forgets them, and what forbids it (foreign keys by the table)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hub.erp.practice.errors import ValidationError
from hub.erp.practice.schema import Field, Model
from hub.erp.practice.wire import Ids

if TYPE_CHECKING:
    from hub.erp.practice.records import Env


def _pointers(env: Env, model: str) -> Iterator[tuple[Model, Field]]:
    for table in env.schema.models.values():
        for field in table.columns:
            if field.type == "many2one" and field.relation == model:
                yield table, field


def remove(env: Env, model: str, ids: Ids) -> None:
    """Delete the records; raise ValidationError while a record that needs them exists."""
    if not ids:
        return
    env.check(model, ids)
    wanted = json.dumps(list(ids))
    among = "IN (SELECT value FROM json_each(?))"
    for table, field in _pointers(env, model):
        sql = f"SELECT id FROM {table.table} WHERE {field.name} {among}"
        pointing = [row["id"] for row in env.connection.execute(sql, [wanted])]
        if pointing and field.cascade:
            env.unlink(table.name, pointing)
        elif pointing and field.required:
            message = f"another model requires the record being deleted: {table.label} ({table.name})"
            raise ValidationError(f"The operation cannot be completed: {message}")
        elif pointing:
            env.connection.execute(
                f"UPDATE {table.table} SET {field.name} = NULL WHERE {field.name} {among}", [wanted]
            )
    for table in env.schema.models.values():
        for field in table.fields.values():
            if field.type == "many2many" and not field.path and model in {table.name, field.relation}:
                name, own, other = env.schema.relation_table(table.name, field)
                column = own if table.name == model else other
                env.connection.execute(f"DELETE FROM {name} WHERE {column} {among}", [wanted])
    env.connection.execute(f"DELETE FROM {env.schema[model].table} WHERE id {among}", [wanted])
    for attached in ("ir_model_data", "mail_message"):
        env.connection.execute(f"DELETE FROM {attached} WHERE model = ? AND res_id {among}", [model, wanted])
