"""`load(fields, data)`: rows of text to records with external ids, all of them or none (Odoo's import method).

A column is a path: `id` (external id), `.id` (database id), `field`, `field/id`, `field/.id`, or
`lines/field...` for one2many lines. A row whose own columns are all empty carries on the record above it. What
does not fit is told in `messages` with HTTP 200 and `ids: false`; only an unknown column is an error.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from msgspec import Struct

from hub.erp.practice.errors import BadValue, MissingRequired, OdooError
from hub.erp.practice.records import Env
from hub.erp.practice.schema import X2MANY, Field
from hub.erp.practice.values import to_store
from hub.erp.practice.wire import Json, Values

Path = tuple[str, ...]
Rows = list[list[str]]


class Extracted(Struct, frozen=True):
    """One record of the data: its first row, last row, own cells, and the rows of its one2many fields."""

    first: int
    last: int
    cells: dict[Path, str]
    lines: dict[str, tuple[list[Path], Rows]]


class CellError(Exception):
    """A cell that cannot be used; `load` turns it into a message."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def load(env: Env, model: str, fields: list[str], data: list[list[Json]]) -> Values:
    """Load rows; return `{ids, messages, nextrow}`."""
    paths = [tuple(name.split("/")) for name in fields]
    _check_columns(env, model, paths)
    rows = [["" if cell in (None, False) else str(cell) for cell in row] for row in data]
    ids: list[int] = []
    messages: list[Values] = []
    env.connection.execute("SAVEPOINT load")
    for number, record in enumerate(extract(env, model, paths, rows)):
        try:
            ids.append(_load_record(env, model, record, {}))
            env.flush()
        except CellError as error:
            messages.append(_message(record, number, str(error), error.field))
        except MissingRequired as error:
            messages.append(_message(record, number, error.reason, error.field))
        except OdooError as error:
            messages.append(_message(record, number, error.message, ""))
    env.connection.execute("ROLLBACK TO load" if messages else "RELEASE load")
    env.kept.forget()
    return {"ids": False if messages else ids, "messages": messages, "nextrow": 0}


def _message(record: Extracted, number: int, text: str, field: str) -> Values:
    rows = {"from": record.first, "to": record.last}
    return {"rows": rows, "record": number, "type": "error", "message": text} | (
        {"field": field} if field else {}
    )


def _check_columns(env: Env, model: str, paths: Sequence[Path]) -> None:
    for path in paths:
        at = model
        for part in path:
            if part not in {"id", ".id"}:
                field = env.schema[at].fields.get(part)
                if field is None:
                    raise BadValue(f"Invalid field name {part!r}")
                at = field.relation


def extract(env: Env, model: str, paths: Sequence[Path], rows: Rows) -> Iterator[Extracted]:
    """Cut rows into records: a record's further rows have only one2many cells."""
    many = [
        len(path) > 1 and path[0] not in {"id", ".id"} and env.schema[model].field(path[0]).type == "one2many"
        for path in paths
    ]
    index = 0
    while index < len(rows):
        end = index + 1
        while end < len(rows) and _carries_on(rows[end], many):
            end += 1
        span = rows[index:end]
        cells = {path: cell for path, cell, line in zip(paths, span[0], many, strict=False) if not line}
        yield Extracted(index, end - 1, cells, _line_rows(paths, many, span))
        index = end


def _carries_on(row: list[str], many: list[bool]) -> bool:
    own = any(cell for cell, line in zip(row, many, strict=False) if not line)
    return not own and any(cell for cell, line in zip(row, many, strict=False) if line)


def _line_rows(paths: Sequence[Path], many: list[bool], span: Rows) -> dict[str, tuple[list[Path], Rows]]:
    lines: dict[str, tuple[list[Path], Rows]] = {}
    for name in dict.fromkeys(path[0] for path, line in zip(paths, many, strict=True) if line):
        columns = [i for i, path in enumerate(paths) if many[i] and path[0] == name]
        rows = [[row[i] if i < len(row) else "" for i in columns] for row in span]
        lines[name] = ([paths[i][1:] for i in columns], [row for row in rows if any(row)])
    return lines


def _load_record(env: Env, model: str, record: Extracted, values: Values) -> int:
    """Create or update one record by its external id, give the id to it, and load its lines."""
    xid = record.cells.get(("id",), "")
    link = _link(env, model, xid)
    found = int(link["res_id"]) if link else None
    if link and link["noupdate"] and env.context.get("mode") == "update":
        return int(link["res_id"])  # loaded with `noupdate`: a later load leaves it as it is
    database_id = record.cells.get((".id",), "")
    if found is None and database_id:
        found = _by_id(env, model, database_id, "id", "ID")
    for path, cell in record.cells.items():
        if path[0] not in {"id", ".id"}:
            values[path[0]] = _convert(env, model, env.schema[model].field(path[0]), path[1:], cell)
    if found is None:
        found = env.create(model, values)
    elif values:
        env.write(model, [found], values)
    if xid and link is None:
        _remember(env, model, found, xid)
    for name, (paths, rows) in record.lines.items():
        _load_lines(env, env.schema[model].field(name), found, paths, rows)
    return found


def _load_lines(env: Env, field: Field, parent: int, paths: list[Path], rows: Rows) -> None:
    for record in extract(env, field.relation, paths, rows):
        try:
            _load_record(env, field.relation, record, {field.inverse: parent})
        except CellError as error:
            message = str(error).replace("field '", f"field '{field.label}/")
            raise CellError(field.name, message) from None
        except MissingRequired as error:
            raise CellError(field.name, error.reason) from None


def _convert(env: Env, model: str, field: Field, path: Path, cell: str) -> Json:
    """Return a cell's text as a value of the field; raise CellError when it is none."""
    if field.relation:
        cells = cell.split(",") if field.type in X2MANY else [cell]
        ids = [_find(env, field, path, item.strip()) for item in cells if item.strip()]
        return [[6, 0, ids]] if field.type in X2MANY else (ids[0] if ids else False)
    if not cell:
        return False
    if field.type == "boolean":
        return cell.lower() in {"1", "true", "yes"}
    if field.type == "selection":
        labels = {label.lower(): value for value, label in field.selection}
        cell = labels.get(cell.lower(), cell)
    kinds = {"float": "a number", "monetary": "a number", "integer": "an integer"}
    try:
        return to_store(model, field, cell)
    except BadValue:
        kind = kinds.get(field.type, f"a valid {field.type}")
        raise CellError(
            field.name, f"'{cell}' does not seem to be {kind} for field '{field.label}'"
        ) from None


def _find(env: Env, field: Field, path: Path, cell: str) -> int:
    """Return the id that a cell refers to: by database id, external id or name."""
    if path == (".id",):
        return _by_id(env, field.relation, cell, field.name, field.label)
    kind, found = "name", None
    if path == ("id",):
        kind, found = "external id", find_external(env, field.relation, cell)
    elif not path:
        found = next(iter(env.search(field.relation, [["display_name", "=", cell]], limit=1)), None)
    if found is None:
        text = f"No matching record found for {kind} '{cell}' in field '{field.label}'"
        raise CellError(field.name, text)
    return found


def _by_id(env: Env, model: str, cell: str, name: str, label: str) -> int:
    if not cell.isdecimal() or len(cell) > 15:
        raise CellError(name, f"Invalid database id '{cell}' for the field '{label}'")
    if not env.existing(model, [int(cell)]):
        raise CellError(name, f"No matching record found for database id '{cell}' in field '{label}'")
    return int(cell)


def find_external(env: Env, model: str, xid: str) -> int | None:
    """Return the existing record with an external id, or None."""
    link = _link(env, model, xid)
    return int(link["res_id"]) if link else None


def _link(env: Env, model: str, xid: str) -> sqlite3.Row | None:
    """Return the row of ir.model.data that leads from an external id to an existing record, or None."""
    if not xid:
        return None
    module, _, name = xid.rpartition(".")
    sql = "SELECT res_id, noupdate FROM ir_model_data WHERE module = ? AND name = ? AND model = ?"
    found: sqlite3.Row | None = env.connection.execute(sql, [module or "__import__", name, model]).fetchone()
    return found if found and env.existing(model, [found["res_id"]]) else None


def check_object_reference(
    env: Env,
    model: str,  # noqa: ARG001 - one signature for all
    module: str,
    xml_id: str,
    raise_on_access_error: bool = False,  # noqa: ARG001 - nothing is kept from the one user
) -> list[Json]:
    """Return model and id of an external id."""
    wanted = [["module", "=", module], ["name", "=", xml_id]]
    for row in env.rows("ir.model.data", env.search("ir.model.data", wanted), ["model", "res_id"]):
        return [row["model"], row["res_id"]]
    raise BadValue(f"External ID not found in the system: {module}.{xml_id}")


def _remember(env: Env, model: str, record: int, xid: str) -> None:
    module, _, name = xid.rpartition(".")
    link: Values = {"module": module or "__import__", "name": name, "model": model, "res_id": record}
    link["noupdate"] = bool(env.context.get("noupdate"))
    env.create("ir.model.data", link)
