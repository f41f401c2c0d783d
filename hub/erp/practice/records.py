"""Records in their tables: search, rows, create, write, unlink, and the many-to-many commands of Odoo.

An `Env` is one call: one transaction, one clock reading (Odoo's write_date is the transaction's start), one user,
one context. What is special about a model is in its `Rules`; nothing here knows any model by name.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from hub.erp.practice.domains import Compiler
from hub.erp.practice.errors import BadValue, MissingError, MissingRequired, UserError, ValidationError
from hub.erp.practice.naming import NAMES
from hub.erp.practice.schema import X2MANY, Field, Model, Schema
from hub.erp.practice.values import DATE, reference, stamp, to_store

Values = dict[str, Any]
Ids = Sequence[int]
UID = 2
EMPTY: Mapping[str, Any] = MappingProxyType({})


class Rules(Struct, frozen=True):
    """What the apps add to the records, by model (or by model and field).

    prepare: complete the values of a new record. saved: see to what follows a create or write of these fields.
    recompute: bring stored totals and statuses up to date. guard: refuse an unlink. computed: values when read.
    """

    prepare: Mapping[str, Callable[[Env, Values], Values]]
    saved: Mapping[str, Callable[[Env, Ids, frozenset[str]], None]]
    recompute: Mapping[str, Callable[[Env, Ids], None]]
    guard: Mapping[str, Callable[[Env, Ids], None]]
    computed: Mapping[tuple[str, str], Callable[[Env, Ids], Mapping[int, Any]]]


class Env:
    """One call on the database. Not for two threads at once: the server holds a lock around it."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        schema: Schema,
        rules: Rules,
        now: datetime,
        context: Mapping[str, Any] = EMPTY,
    ) -> None:
        self.connection = connection
        self.schema = schema
        self.rules = rules
        self.now = now
        self.context = context
        self._pending: dict[tuple[str, int], None] = {}

    # --- finding

    def _where(self, model: str, domain: Any) -> tuple[str, list[Any]]:
        listed = isinstance(domain, (list, tuple))
        if listed and "active" in self.schema[model].fields and self.context.get("active_test", True):
            if not any(
                isinstance(item, (list, tuple)) and item[:1] in (["active"], ("active",)) for item in domain
            ):
                domain = [["active", "=", True], *domain]
        return Compiler(self.schema).domain(model, "r", domain)

    def search(
        self, model: str, domain: Any, offset: int = 0, limit: int | None = None, order: str | None = None
    ) -> list[int]:
        """Return the ids of the records that satisfy a domain, in order."""
        where, values = self._where(model, domain)
        sort = order_by(self.schema[model], order or self.schema[model].order)
        sql = f"SELECT r.id FROM {self.schema[model].table} r WHERE {where} ORDER BY {sort} LIMIT ? OFFSET ?"
        cursor = self.connection.execute(sql, [*values, limit or -1, offset or 0])
        return [row["id"] for row in cursor]

    def count(self, model: str, domain: Any) -> int:
        """Return how many records satisfy a domain."""
        where, values = self._where(model, domain)
        sql = f"SELECT COUNT(*) FROM {self.schema[model].table} r WHERE {where}"
        return int(self.connection.execute(sql, values).fetchone()[0])

    def existing(self, model: str, ids: Iterable[int]) -> dict[int, Values]:
        """Return the stored columns of those records that exist, by id and in the order asked for."""
        wanted = list(dict.fromkeys(reference(record) for record in ids))
        sql = f"SELECT * FROM {self.schema[model].table} WHERE id IN (SELECT value FROM json_each(?))"
        found = {row["id"]: dict(row) for row in self.connection.execute(sql, [json.dumps(wanted)])}
        return {record: found[record] for record in wanted if record in found}

    def check(self, model: str, ids: Iterable[int]) -> None:
        """Raise MissingError for the first id that does not exist."""
        ids = list(ids)
        found = self.existing(model, ids)
        for record in ids:
            if record not in found:
                raise MissingError.of(model, record)

    # --- reading

    def rows(self, model: str, ids: Iterable[int], names: Iterable[str]) -> list[Values]:
        """Return values as stored (many2one: id or None; x2many: list of ids); dotted names are followed."""
        found = self.existing(model, ids)
        rows: list[Values] = [{"id": record} for record in found]
        for name in dict.fromkeys(names):
            values = self._values(model, found, name)
            for row in rows:
                row[name] = values.get(row["id"])
        return rows

    def one(self, model: str, record: int, *names: str) -> Values:
        """Return one record's values; raise MissingError when there is no such record."""
        rows = self.rows(model, [record], names)
        if not rows:
            raise MissingError.of(model, record)
        return rows[0]

    def names(self, model: str, ids: Iterable[int]) -> dict[int, str]:
        """Return the display names of records."""
        fields, make = NAMES.get(model, (("name",), lambda row: str(row["name"] or "")))
        if model not in NAMES and "name" not in self.schema[model].fields:
            return {record: f"{model},{record}" for record in self.existing(model, ids)}
        return {row["id"]: make(row) for row in self.rows(model, ids, fields)}

    def _values(self, model: str, found: Mapping[int, Values], name: str) -> Mapping[int, Any]:
        head, _, rest = name.partition(".")
        field = self.schema[model].fields.get(head)
        if field is None:
            raise BadValue(f"Invalid field {head!r} on {model!r}")
        path = (*(field.path or (head,)), *(rest.split(".") if rest else ()))
        if len(path) > 1:
            return self._follow(model, found, path)
        if path[0] != head:
            return self._values(model, found, path[0])
        if head == "display_name":
            return self.names(model, found)
        if field.computed:
            return self.rules.computed[model, head](self, list(found))
        if field.type in X2MANY:
            return self._many(model, list(found), field)
        return {record: row[head] for record, row in found.items()}

    def _follow(self, model: str, found: Mapping[int, Values], path: tuple[str, ...]) -> dict[int, Any]:
        field = self.schema[model].field(path[0])
        step = {record: _first(value) for record, value in self._values(model, found, path[0]).items()}
        targets = self.existing(field.relation, [value for value in step.values() if value])
        ends = self._values(field.relation, targets, ".".join(path[1:]))
        empty = [] if self._ends_many(field.relation, path[1:]) else None
        return {record: ends.get(value, empty) if value else empty for record, value in step.items()}

    def _ends_many(self, model: str, path: tuple[str, ...]) -> bool:
        field = self.schema[model].field(path[0])
        return field.type in X2MANY if len(path) == 1 else self._ends_many(field.relation, path[1:])

    def _many(self, model: str, ids: Ids, field: Field) -> dict[int, list[int]]:
        target = self.schema[field.relation]
        sort = order_by(target, target.order)
        values: list[Any] = [json.dumps(list(ids))]
        if field.type == "one2many":
            sql = f"SELECT {field.inverse} AS own, id AS other FROM {target.table} r WHERE {field.inverse}"
            sql += " IN (SELECT value FROM json_each(?))"
            if field.only:
                sql += f" AND {field.only[0]} IN (SELECT value FROM json_each(?))"
                values.append(json.dumps(field.only[1]))
        else:
            table, own, other = self.schema.relation_table(model, field)
            sql = f"SELECT l.{own} AS own, r.id AS other FROM {table} l JOIN {target.table} r ON r.id = l.{other}"
            sql += f" WHERE l.{own} IN (SELECT value FROM json_each(?))"
        many: dict[int, list[int]] = {record: [] for record in ids}
        for row in self.connection.execute(f"{sql} ORDER BY {sort}", values):
            many[row["own"]].append(row["other"])
        return many

    # --- writing

    def create(self, model: str, values: Mapping[str, Any], *, follow_up: bool = True) -> int:
        """Create one record (and what its one2many commands create) and return its id."""
        table = self.schema[model]
        given = {name: value for name, value in dict(values).items() if table.field(name) and name != "id"}
        given = self._with_defaults(table, given)
        prepare = self.rules.prepare.get(model)
        given = prepare(self, given) if prepare else given
        self._check_required(table, {field.name: given.get(field.name) for field in table.columns()})
        columns = self._columns(table, given)
        columns |= {"create_uid": UID, "create_date": stamp(self.now)}
        record = self._insert(table, columns | {"write_uid": UID, "write_date": stamp(self.now)})
        self._many_commands(table, record, given)
        if follow_up and model in self.rules.saved:
            self.rules.saved[model](self, [record], frozenset(given) | {"id"})
        self._forward(table, [record], given)
        return record

    def write(self, model: str, ids: Ids, values: Mapping[str, Any]) -> None:
        """Change records; raise MissingError when one does not exist."""
        table = self.schema[model]
        given = {name: value for name, value in values.items() if table.field(name)}
        self.check(model, ids)
        self._check_required(
            table, {name: value for name, value in given.items() if table.fields[name].column}
        )
        columns = self._columns(table, given)
        for record in ids:
            self._update(table, record, columns)
            self._many_commands(table, record, given)
        self._forward(table, ids, given)
        if model in self.rules.saved:
            self.rules.saved[model](self, ids, frozenset(given))

    def put(self, model: str, record: int, values: Mapping[str, Any]) -> bool:
        """Set stored values without any rule, and only when one is different; return whether one was."""
        table = self.schema[model]
        columns = {name: to_store(model, table.field(name), value) for name, value in values.items()}
        now = self.existing(model, [record]).get(record, {})
        if not now or all(now[name] == value for name, value in columns.items()):
            return False
        self._update(table, record, columns)
        return True

    def unlink(self, model: str, ids: Ids) -> None:
        """Delete records, their external ids and notes, and what goes with them."""
        from hub.erp.practice.removal import remove  # the other half of this class, kept apart for length

        if model in self.rules.guard:
            self.rules.guard[model](self, ids)
        remove(self, model, ids)

    def mark(self, model: str, ids: Iterable[int | None]) -> None:
        """Note that stored totals or statuses of these records are to be worked out again."""
        self._pending.update({(model, record): None for record in ids if record})

    def flush(self) -> None:
        """Work out again what was marked, until nothing is."""
        while self._pending:
            model = next(iter(self._pending))[0]
            ids = [record for name, record in self._pending if name == model]
            self._pending = {key: None for key in self._pending if key[0] != model}
            self.rules.recompute[model](self, list(self.existing(model, ids)))

    def _with_defaults(self, table: Model, given: Values) -> Values:
        for field in table.fields.values():
            word = self.context.get(f"default_{field.name}", field.default)
            if field.name not in given and word is not None:
                given[field.name] = default_value(field, word, self.now)
        return given

    def _check_required(self, table: Model, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            field = table.fields[name]
            numeric = field.type in {"boolean", "integer", "float", "monetary"}
            if field.required and not numeric and (value is None or value is False):
                raise MissingRequired(field.label, name, table.label, table.name)

    def _columns(self, table: Model, given: Mapping[str, Any]) -> Values:
        columns = {}
        for name, value in given.items():
            field = table.fields[name]
            if field.column and name != "id":
                columns[name] = to_store(table.name, field, value)
                if field.type == "many2one" and columns[name] is not None:
                    self.check(field.relation, [columns[name]])
        return columns

    def _insert(self, table: Model, columns: Values) -> int:
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        return int(self._run(table, f"INSERT INTO {table.table} ({names}) VALUES ({marks})", columns) or 0)

    def _update(self, table: Model, record: int, columns: Values) -> None:
        columns = columns | {"write_uid": UID, "write_date": stamp(self.now)}
        names = ", ".join(f"{name} = ?" for name in columns)
        self._run(table, f"UPDATE {table.table} SET {names} WHERE id = {record:d}", columns)

    def _run(self, table: Model, sql: str, columns: Values) -> int | None:
        try:
            return self.connection.execute(sql, list(columns.values())).lastrowid
        except sqlite3.IntegrityError as error:
            where = f"duplicate key value violates a unique constraint of {table.name} ({error})"
            raise ValidationError(f"The operation cannot be completed: {where}") from None

    def _forward(self, table: Model, ids: Ids, given: Mapping[str, Any]) -> None:
        """Write the values of inherited and writable related fields where they live."""
        through: dict[str, Values] = {}
        for name, value in given.items():
            field = table.fields[name]
            if field.forwards:
                through.setdefault(field.path[0], {})[field.path[-1]] = value
        for link, values in through.items():
            targets = [_first(row[link]) for row in self.rows(table.name, ids, [link])]
            self.write(table.fields[link].relation, [target for target in targets if target], values)

    def _many_commands(self, table: Model, record: int, given: Mapping[str, Any]) -> None:
        from hub.erp.practice.commands import apply_commands

        for name, value in given.items():
            field = table.fields[name]
            if field.type in X2MANY and not field.path:
                apply_commands(self, table, record, field, value)


def _first(value: Any) -> Any:
    return (value[0] if value else None) if isinstance(value, list) else value


def default_value(field: Field, word: Any, now: datetime) -> Any:
    """Return what a default word of the table stands for (values from the context are taken as they are)."""
    if not isinstance(word, str):
        return word
    if word == "now":
        return now.strftime(DATE) if field.type == "date" else now.strftime("%Y-%m-%d %H:%M:%S")
    if field.type == "boolean":
        return word == "true"
    if field.type in {"integer", "many2one"}:
        return int(word)
    return float(word) if field.type in {"float", "monetary"} else word


def order_by(model: Model, order: str) -> str:
    """Return an ORDER BY clause as PostgreSQL would sort: what is not set comes last, or first when descending."""
    terms = []
    for item in order.split(","):
        words = item.split()
        if not words or len(words) > 2 or (len(words) == 2 and words[1].lower() not in {"asc", "desc"}):
            raise UserError(f'Invalid "order" specified ({order}): write field names, each with asc or desc.')
        if words[0] not in model.fields:
            raise BadValue(f"Invalid field {words[0]!r} on model {model.name!r}")
        if model.fields[words[0]].column:
            down = len(words) == 2 and words[1].lower() == "desc"
            terms.append(f"r.{words[0]} DESC NULLS FIRST" if down else f"r.{words[0]} ASC NULLS LAST")
    return ", ".join(terms) or "r.id"
