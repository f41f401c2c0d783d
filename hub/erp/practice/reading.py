"""Finding and reading records in their tables; `records.py` adds the writing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from hub.erp.practice.domains import Compiler
from hub.erp.practice.errors import BadValue, MissingError, UserError
from hub.erp.practice.kept import KeptRows
from hub.erp.practice.naming import NAMES
from hub.erp.practice.schema import X2MANY, Field, Model, Schema
from hub.erp.practice.values import reference
from hub.erp.practice.wire import EMPTY, Ids, Json, Values

Computed = Mapping[tuple[str, str], Callable[..., Mapping[int, Json]]]


class Reader:
    """The reading half of an `Env`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        schema: Schema,
        computed: Computed,
        now: datetime,
        context: Mapping[str, Json] = EMPTY,
    ) -> None:
        self.connection = connection
        self.schema = schema
        self.now = now
        self.context = context
        self.kept = KeptRows(connection)
        self._computed = computed

    # --- finding

    def _where(self, model: str, domain: Json) -> tuple[str, list[Json]]:
        if "active" in self.schema[model].fields and self.context.get("active_test", True):
            domain = _only_active(domain)
        return Compiler(self.schema).domain(model, "r", domain)

    def search(
        self, model: str, domain: Json, offset: int = 0, limit: int | None = None, order: str | None = None
    ) -> list[int]:
        """Return the ids of the records that satisfy a domain, in order."""
        where, values = self._where(model, domain)
        sort = order_by(self.schema[model], order or self.schema[model].order)
        sql = f"SELECT r.id FROM {self.schema[model].table} r WHERE {where} ORDER BY {sort} LIMIT ? OFFSET ?"
        cursor = self.connection.execute(sql, [*values, limit or -1, offset or 0])
        return [row["id"] for row in cursor]

    def count(self, model: str, domain: Json) -> int:
        """Return how many records satisfy a domain."""
        where, values = self._where(model, domain)
        sql = f"SELECT COUNT(*) FROM {self.schema[model].table} r WHERE {where}"
        return int(self.connection.execute(sql, values).fetchone()[0])

    def existing(self, model: str, ids: Iterable[int]) -> dict[int, Values]:
        """Return the stored columns of those records that exist, by id, in the order asked for; only to be read."""
        wanted = dict.fromkeys(map(reference, ids))
        kept = self.kept.of(model)
        unread = [record for record in wanted if record not in kept]
        if unread:
            sql = f"SELECT * FROM {self.schema[model].table} WHERE id"
            among: tuple[str, Json] = (" IN (SELECT value FROM json_each(?))", json.dumps(unread))
            where, value = (" = ?", unread[0]) if len(unread) == 1 else among
            kept.update((row["id"], dict(row)) for row in self.connection.execute(sql + where, [value]))
        return {record: kept[record] for record in wanted if record in kept}

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

    def _values(self, model: str, found: Mapping[int, Values], name: str) -> Mapping[int, Json]:
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
            return self._computed[model, head](self, list(found))
        if field.type in X2MANY:
            return self._many(model, list(found), field)
        return {record: row[head] for record, row in found.items()}

    def _follow(self, model: str, found: Mapping[int, Values], path: tuple[str, ...]) -> dict[int, Json]:
        field = self.schema[model].field(path[0])
        step = {record: first(value) for record, value in self._values(model, found, path[0]).items()}
        targets = self.existing(field.relation, [value for value in step.values() if value])
        ends = self._values(field.relation, targets, ".".join(path[1:]))
        empty: list[int] | None = [] if self._ends_many(field.relation, path[1:]) else None
        return {record: ends.get(value, empty) if value else empty for record, value in step.items()}

    def _ends_many(self, model: str, path: tuple[str, ...]) -> bool:
        field = self.schema[model].field(path[0])
        return field.type in X2MANY if len(path) == 1 else self._ends_many(field.relation, path[1:])

    def _many(self, model: str, ids: Ids, field: Field) -> dict[int, list[int]]:
        target = self.schema[field.relation]
        sort = order_by(target, target.order)
        values: list[Json] = [json.dumps(list(ids))]
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


def first(value: Json) -> Json:
    """Return the one record that a path goes on from: the many2one, or the first of many."""
    return (value[0] if value else None) if isinstance(value, list) else value


def _only_active(domain: Json) -> Json:
    """Leave archived records out of a domain that does not ask about `active` itself."""
    if not isinstance(domain, (list, tuple)):
        return domain
    asked = any(isinstance(item, (list, tuple)) and list(item[:1]) == ["active"] for item in domain)
    return domain if asked else [["active", "=", True], *domain]


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
