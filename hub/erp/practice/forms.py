"""What Odoo's own forms and lists ask: `onchange` (a form before it is saved) and `export_data`."""

from __future__ import annotations

from hub.erp.practice.methods import read
from hub.erp.practice.records import Env
from hub.erp.practice.schema import X2MANY
from hub.erp.practice.wire import Ids, Json, Values


def onchange(
    env: Env, model: str, ids: Ids, values: Values, field_names: list[str], fields_spec: Values
) -> dict[str, Values]:
    """Return what a form would show, computed by saving it and taking that back; nothing is written.

    As in Odoo a new form (`field_names` empty) is answered whole, one2many lines as `[0, virtual id, values]`; a
    change of single fields is answered with nothing, because everything is computed when saved here.
    """
    if field_names:
        return {"value": {}}
    env.connection.execute("SAVEPOINT form")
    try:
        if ids:
            env.write(model, ids, values)
        record = ids[0] if ids else env.create(model, values)
        env.flush()
        shown = read(env, model, [record], list(fields_spec))[0]
        return {
            "value": {
                name: _spec(env, model, name, shown[name], spec, values) for name, spec in fields_spec.items()
            }
        }
    finally:
        env.connection.execute("ROLLBACK TO form")
        env.kept.forget()


def _spec(env: Env, model: str, name: str, value: Json, spec: Values, given: Values) -> Json:
    field = env.schema[model].field(name)
    if field.type == "many2one" and not spec:
        return value[0] if value else False  # a form is shown names only where its specification asks
    if field.type not in X2MANY or not spec:
        return value
    rows = read(env, field.relation, sorted(value), list(spec.get("fields", {})) or ["id"])
    virtual = [item[1] for item in given.get(name) or [] if isinstance(item, (list, tuple)) and item[0] == 0]
    for row in rows:
        row.pop("id")
    return [[0, virtual[i] if i < len(virtual) else "", row] for i, row in enumerate(rows)]


def export_data(env: Env, model: str, ids: Ids, fields_to_export: list[str]) -> dict[str, list[list[Json]]]:
    """Return records as rows of text by paths: `.id`, `id` (external), `field`, `field/.id`, `field/id`."""
    env.flush()
    columns = [_column(env, model, ids, path.split("/")) for path in fields_to_export]
    return {"datas": [[column.get(record, "") for column in columns] for record in env.existing(model, ids)]}


def _column(env: Env, model: str, ids: Ids, path: list[str]) -> dict[int, str]:
    if path == [".id"]:
        return {record: str(record) for record in ids}
    if path == ["id"]:
        return {record: _external_id(env, model, record) for record in ids}
    field = env.schema[model].field(path[0])
    if field.relation:
        step = {row["id"]: row[path[0]] for row in env.rows(model, ids, path[:1])}
        ends = {
            record: (value[0] if value else None) if isinstance(value, list) else value
            for record, value in step.items()
        }
        targets = [value for value in ends.values() if value]
        called = (
            _column(env, field.relation, targets, path[1:])
            if path[1:]
            else env.names(field.relation, targets)
        )
        return {record: called.get(value, "") if value else "" for record, value in ends.items()}
    return {
        row["id"]: "" if row[path[0]] is False else str(row[path[0]]) for row in read(env, model, ids, path)
    }


def _external_id(env: Env, model: str, record: int) -> str:
    """Return a record's external id; one that has none is given one, as Odoo's export does."""
    found = env.search("ir.model.data", [["model", "=", model], ["res_id", "=", record]], limit=1, order="id")
    if not found:
        name = f"{model.replace('.', '_')}_{record}"
        found = [
            env.create(
                "ir.model.data", {"module": "__export__", "name": name, "model": model, "res_id": record}
            )
        ]
    row = env.one("ir.model.data", found[0], "module", "name")
    return f"{row['module']}.{row['name']}"
