"""Records: create, write, unlink, and what follows from them; `reading.py` has the rest.

An `Env` is one call: one transaction, one clock reading (Odoo's write_date is the transaction's start), one user,
one context. What is special about a model is in its `Rules`; nothing here knows any model by name.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from hub.erp.practice.commands import apply_commands
from hub.erp.practice.errors import MissingRequired, ValidationError
from hub.erp.practice.reading import Reader, first
from hub.erp.practice.removal import remove
from hub.erp.practice.schema import X2MANY, Field, Model, Schema
from hub.erp.practice.values import DATE, stamp, to_store
from hub.erp.practice.wire import EMPTY, Ids, Json, Values

UID = 2


class Rules(Struct, frozen=True):
    """What the apps add to the records, by model (or by model and field).

    prepare: complete the values of a new record. saved: see to what follows a create or write of these fields.
    recompute: bring stored totals and statuses up to date. guard: refuse an unlink. computed: values when read.
    """

    prepare: Mapping[str, Callable[[Env, Values], Values]]
    saved: Mapping[str, Callable[[Env, Ids, frozenset[str]], None]]
    recompute: Mapping[str, Callable[[Env, Ids], None]]
    guard: Mapping[str, Callable[[Env, Ids], None]]
    computed: Mapping[tuple[str, str], Callable[[Env, Ids], Mapping[int, Json]]]


class Env(Reader):
    """One call on the database. Not for two threads at once: the server holds a lock around it."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        schema: Schema,
        rules: Rules,
        now: datetime,
        context: Mapping[str, Json] = EMPTY,
    ) -> None:
        super().__init__(connection, schema, rules.computed, now, context)
        self.rules = rules
        self._pending: dict[tuple[str, int], None] = {}

    def create(self, model: str, values: Mapping[str, Json], *, follow_up: bool = True) -> int:
        """Create one record (and what its one2many commands create) and return its id."""
        table = self.schema[model]
        given = {name: value for name, value in dict(values).items() if table.field(name) and name != "id"}
        given = self._with_defaults(table, given)
        prepare = self.rules.prepare.get(model)
        given = prepare(self, given) if prepare else given
        self._check_required(table, {field.name: given.get(field.name) for field in table.columns})
        columns = self._columns(table, given)
        columns |= {"create_uid": UID, "create_date": stamp(self.now)}
        record = self._insert(table, columns | {"write_uid": UID, "write_date": stamp(self.now)})
        self._many_commands(table, record, given)
        if follow_up and model in self.rules.saved:
            self.rules.saved[model](self, [record], frozenset(given) | {"id"})
        self._forward(table, [record], given)
        return record

    def write(self, model: str, ids: Ids, values: Mapping[str, Json]) -> None:
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

    def put(self, model: str, record: int, values: Mapping[str, Json]) -> bool:
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

    def _check_required(self, table: Model, values: Mapping[str, Json]) -> None:
        for name, value in values.items():
            field = table.fields[name]
            numeric = field.type in {"boolean", "integer", "float", "monetary"}
            if field.required and not numeric and (value is None or value is False):
                raise MissingRequired(field.label, name, table.label, table.name)

    def _columns(self, table: Model, given: Mapping[str, Json]) -> Values:
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
        return self._run(table, 0, f"INSERT INTO {table.table} ({names}) VALUES ({marks})", columns)

    def _update(self, table: Model, record: int, columns: Values) -> None:
        columns = columns | {"write_uid": UID, "write_date": stamp(self.now)}
        names = ", ".join(f"{name} = ?" for name in columns)
        self._run(table, record, f"UPDATE {table.table} SET {names} WHERE id = {record:d}", columns)

    def beside(self, sql: str, values: Sequence[Json]) -> None:
        """Write a table that is no model's: a relation, a sequence."""
        self.kept.written(sql, values, {})

    def _run(self, table: Model, record: int, sql: str, columns: Values) -> int:
        try:
            return self.kept.written(sql, list(columns.values()), {table.name: record})
        except sqlite3.IntegrityError as error:
            where = f"duplicate key value violates a unique constraint of {table.name} ({error})"
            raise ValidationError(f"The operation cannot be completed: {where}") from None

    def _forward(self, table: Model, ids: Ids, given: Mapping[str, Json]) -> None:
        """Write the values of inherited and writable related fields where they live."""
        through: dict[str, Values] = {}
        for name, value in given.items():
            field = table.fields[name]
            if field.forwards:
                through.setdefault(field.path[0], {})[field.path[-1]] = value
        for link, values in through.items():
            targets = [first(row[link]) for row in self.rows(table.name, ids, [link])]
            self.write(table.fields[link].relation, [target for target in targets if target], values)

    def _many_commands(self, table: Model, record: int, given: Mapping[str, Json]) -> None:
        for name, value in given.items():
            field = table.fields[name]
            if field.type in X2MANY and not field.path:
                apply_commands(self, table, record, field, value)


def default_value(field: Field, word: Json, now: datetime) -> Json:
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
