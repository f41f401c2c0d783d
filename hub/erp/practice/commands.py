"""The commands that a one2many or many2many is written with: `[0, 0, {...}]`, `[4, id]`, `[6, 0, ids]` and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.erp.practice.errors import BadValue
from hub.erp.practice.schema import Field, Model
from hub.erp.practice.values import reference
from hub.erp.practice.wire import Json

if TYPE_CHECKING:
    from hub.erp.practice.records import Env

CREATE, UPDATE, DELETE, UNLINK, LINK, CLEAR, SET = range(7)


def apply_commands(env: Env, table: Model, record: int, field: Field, value: Json) -> None:
    """Carry out the commands on one record's x2many field; a plain list of ids sets it."""
    for code, target, payload in _commands(table, field, value):
        if code == CREATE:
            _create(env, table, record, field, payload)
        elif code == UPDATE:
            env.write(field.relation, [target], payload)
        elif code == DELETE:
            env.unlink(field.relation, [target])
        elif code == LINK:
            _link(env, table, record, field, target)
        elif code == UNLINK:
            _unlink(env, table, record, field, [target])
        else:
            wanted = [reference(item) for item in payload] if code == SET else []
            current = env.one(table.name, record, field.name)[field.name]
            _unlink(env, table, record, field, [item for item in current if item not in wanted])
            for item in wanted:
                _link(env, table, record, field, item)


def _commands(table: Model, field: Field, value: Json) -> list[tuple[int, int, Json]]:
    """Return commands as (code, id, values or ids); raise BadValue for anything else."""
    if value is None or value is False:
        return [(CLEAR, 0, None)]
    if not isinstance(value, (list, tuple)):
        raise BadValue(f"Wrong value for {table.name}.{field.name}: {value}")
    if all(isinstance(item, int) and not isinstance(item, bool) for item in value):
        return [(SET, 0, list(value))]
    commands = []
    for item in value:
        if not isinstance(item, (list, tuple)) or not item or item[0] not in range(7):
            raise BadValue(f"Wrong value for {table.name}.{field.name}: {value}")
        code, target, payload = (*item, 0, None)[:3] if len(item) < 3 else item[:3]
        if code in {CREATE, UPDATE} and not isinstance(payload, dict):
            raise BadValue(f"Wrong value for {table.name}.{field.name}: {item}")
        if code == SET and not isinstance(payload, (list, tuple)):
            raise BadValue(f"Wrong value for {table.name}.{field.name}: {item}")
        commands.append((code, 0 if code == CREATE else reference(target or 0), payload))
    return commands


def _create(env: Env, table: Model, record: int, field: Field, values: dict[str, Json]) -> None:
    if field.type == "one2many":
        env.create(field.relation, {**values, field.inverse: record})
    else:
        _link(env, table, record, field, env.create(field.relation, values))


def _link(env: Env, table: Model, record: int, field: Field, target: int) -> None:
    env.check(field.relation, [target])
    if field.type == "one2many":
        env.write(field.relation, [target], {field.inverse: record})
        return
    relation, own, other = env.schema.relation_table(table.name, field)
    env.beside(f"INSERT OR IGNORE INTO {relation} ({own}, {other}) VALUES (?, ?)", [record, target])


def _unlink(env: Env, table: Model, record: int, field: Field, targets: list[int]) -> None:
    if field.type == "one2many":
        inverse = env.schema[field.relation].field(field.inverse)
        if inverse.required or inverse.cascade:
            env.unlink(field.relation, targets)
        else:
            env.write(field.relation, targets, {field.inverse: False})
        return
    relation, own, other = env.schema.relation_table(table.name, field)
    for target in targets:
        env.beside(f"DELETE FROM {relation} WHERE {own} = ? AND {other} = ?", [record, target])
