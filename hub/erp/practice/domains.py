"""Odoo search domains compiled to SQL: `[('state', '=', 'sale'), '|', ...]` to a WHERE clause and its values.

Dotted paths and related fields become sub-selects, a text on a relation searches its names, lists travel as one
JSON value (so that their length is not limited), `like` is worked out by a function of ours because SQLite's own
folds ASCII only. "Not set" is `false` on the wire and NULL in the table; `!=` and `not in` find it too, as in Odoo.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from fnmatch import translate
from itertools import count
from re import IGNORECASE
from re import compile as compile_pattern

from hub.erp.practice.errors import BadType, BadValue
from hub.erp.practice.naming import NAME_PATHS
from hub.erp.practice.schema import Field, Schema
from hub.erp.practice.wire import Json

Sql = tuple[str, list[Json]]
TRUE: Sql = ("1=1", [])
FALSE: Sql = ("1=0", [])
NEGATED = {"!=": "=", "not in": "in", "not like": "like", "not ilike": "ilike", "not any": "any"}
COMPARED = frozenset({">", ">=", "<", "<="})
LIKES = frozenset({"like", "ilike", "=like", "=ilike"})
OPERATORS = frozenset({"=", "in", "any", "child_of", *NEGATED, *COMPARED, *LIKES})


def matches_like(value: Json, pattern: str, fold: int) -> int:
    """Tell whether a value is like a pattern with % and _ (the SQL function `odoo_like`)."""
    glob = "".join("*" if c == "%" else "?" if c == "_" else f"[{c}]" if c in "*?[" else c for c in pattern)
    return int(compile_pattern(translate(glob), IGNORECASE if fold else 0).match(str(value)) is not None)


class Compiler:
    """Compiles the domains of one search; keeps count of the table aliases it handed out."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._aliases = (f"t{number}" for number in count(1))

    def domain(self, model: str, alias: str, domain: Json) -> Sql:
        """Return the WHERE clause of a domain in prefix notation (implicit & between what is left over)."""
        if not isinstance(domain, (list, tuple)):
            raise BadType(f"Domain() invalid argument type for domain: {domain!r}")
        stack: list[Sql] = []
        for item in reversed(domain):
            if isinstance(item, str) and item in {"&", "|", "!"}:
                self._operate(stack, item, domain)
            else:
                stack.append(self.condition(model, alias, item))
        return _join(" AND ", list(reversed(stack)))

    def _operate(self, stack: list[Sql], operator: str, domain: Json) -> None:
        if len(stack) < (1 if operator == "!" else 2):
            raise BadValue(f"Domain() malformed domain {domain!r}")
        first = stack.pop()
        if operator == "!":
            stack.append(_negate(first))
        else:
            stack.append(_join(" AND " if operator == "&" else " OR ", [first, stack.pop()]))

    def condition(self, model: str, alias: str, item: Json) -> Sql:
        """Return the clause of one (field path, operator, value)."""
        if not isinstance(item, (list, tuple)) or len(item) != 3:
            raise BadValue(f"Domain() invalid item in domain: {item!r}")
        path, operator, value = item
        operator = {"==": "=", "<>": "!="}.get(operator, operator) if isinstance(operator, str) else operator
        if path in (0, 1):  # the constants (1, '=', 1) and (0, '=', 1)
            return TRUE if path == value else FALSE
        if not isinstance(path, str) or not isinstance(operator, str) or operator not in OPERATORS:
            raise BadValue(f"Invalid operator in condition ({path!r}, {operator!r}, {value!r})")
        if operator in NEGATED:
            return _negate(self._path(model, alias, path.split("."), NEGATED[operator], value))
        return self._path(model, alias, path.split("."), operator, value)

    def _path(self, model: str, alias: str, path: Sequence[str], operator: str, value: Json) -> Sql:
        """Follow a path; every clause made here is never NULL, so that NOT is its opposite."""
        field = self.schema[model].fields.get(path[0])
        if field is None:
            condition = (".".join(path), operator, value)
            raise BadValue(f"Invalid field {model}.{path[0]} in condition {condition}")
        if field.path:
            return self._path(model, alias, [*field.path, *path[1:]], operator, value)
        if field.name == "display_name":
            return self._by_name(model, alias, operator, value)
        if field.computed:
            raise BadValue(f"Field {model}.{field.name} is worked out when read and cannot be searched")
        if field.name == "id" and operator == "child_of":
            return self._child_of(model, alias, value)
        if not field.relation:
            return self._scalar(field, alias, operator, value)
        if len(path) > 1:
            return self._related(
                model, alias, field, lambda sub: self._path(field.relation, sub, path[1:], operator, value)
            )
        if operator == "any":
            return self._related(model, alias, field, lambda sub: self.domain(field.relation, sub, value))
        return self._relation(model, alias, field, operator, value)

    def _related(self, model: str, alias: str, field: Field, where: Callable[[str], Sql]) -> Sql:
        """Return the clause "a related record satisfies `where`"."""
        sub = next(self._aliases)
        clause, values = where(sub)
        table = self.schema[field.relation].table
        if field.type == "many2one":
            return (
                _never_null(
                    f"{alias}.{field.name}", f"IN (SELECT {sub}.id FROM {table} {sub} WHERE {clause})"
                ),
                values,
            )
        if field.type == "one2many":
            extra = ""
            if field.only:
                names = ", ".join(f"'{name}'" for name in field.only[1])
                extra = f" AND {sub}.{field.only[0]} IN ({names})"
            inverse = f"{sub}.{field.inverse}"
            select = f"SELECT {inverse} FROM {table} {sub} WHERE {inverse} IS NOT NULL AND {clause}{extra}"
            return f"{alias}.id IN ({select})", values
        relation, own, other = self.schema.relation_table(model, field)
        inner = f"SELECT {sub}.id FROM {table} {sub} WHERE {clause}"
        return f"{alias}.id IN (SELECT {own} FROM {relation} WHERE {other} IN ({inner}))", values

    def _relation(self, model: str, alias: str, field: Field, operator: str, value: Json) -> Sql:
        """Compare a whole relation: with ids, with nothing, or with a name."""
        values = list(value) if isinstance(value, (list, tuple)) else [value]
        if operator in LIKES or any(isinstance(item, str) for item in values):
            return self._related(
                model, alias, field, lambda sub: self._by_name(field.relation, sub, operator, value)
            )
        ids = [item for item in values if item is not None and item is not False]
        if operator == "child_of":
            return self._related(model, alias, field, lambda sub: self._child_of(field.relation, sub, ids))
        if operator in COMPARED:
            return f"COALESCE({alias}.{field.name} {operator} ?, 0)", [value]
        clauses = [self._related(model, alias, field, lambda sub: _in(f"{sub}.id", ids))] if ids else []
        if len(ids) < len(values):
            clauses.append(_negate(self._related(model, alias, field, lambda _: TRUE)))
        return _join(" OR ", clauses) if clauses else FALSE

    def _by_name(self, model: str, alias: str, operator: str, value: Json) -> Sql:
        """Compare the names that Odoo searches for a model."""
        paths = NAME_PATHS.get(model, ("name",))
        return _join(" OR ", [self._path(model, alias, path.split("."), operator, value) for path in paths])

    def _child_of(self, model: str, alias: str, ids: Json) -> Sql:
        """Return the clause "one of these records, or below one by parent_id or location_id"."""
        wanted = ids if isinstance(ids, (list, tuple)) else [ids]
        fields = self.schema[model].fields
        parent = next((name for name in ("parent_id", "location_id") if name in fields), "")
        if not parent:
            return _in(f"{alias}.id", list(wanted))
        table = self.schema[model].table
        tree = (
            f"WITH RECURSIVE tree(id) AS (SELECT value FROM json_each(?) UNION "
            f"SELECT {table}.id FROM {table} JOIN tree ON {table}.{parent} = tree.id) SELECT id FROM tree"
        )
        return f"{alias}.id IN ({tree})", [json.dumps(list(wanted))]

    def _scalar(self, field: Field, alias: str, operator: str, value: Json) -> Sql:
        column = f"{alias}.{field.name}"
        if operator in LIKES:
            return _like(column, operator, value)
        if operator == "in":
            if not isinstance(value, (list, tuple)):
                value = [value]
            clauses = [_in(column, [_value(field, v) for v in value if not _unset(field, v)])]
            if any(_unset(field, item) for item in value):
                clauses.append(_is_unset(field, column))
            return _join(" OR ", clauses)
        if operator == "=":
            return (
                _is_unset(field, column)
                if _unset(field, value)
                else (f"{column} IS ?", [_value(field, value)])
            )
        if operator in COMPARED:
            return _never_null(column, f"{operator} ?"), [_value(field, value)]
        raise BadValue(f"Invalid operator in condition ({field.name!r}, {operator!r}, {value!r})")


def _unset(field: Field, value: Json) -> bool:
    return value is None or value is False or (field.type == "boolean" and not value)


def _is_unset(field: Field, column: str) -> Sql:
    if field.type in {"boolean", "integer", "float", "monetary"} and field.name != "id":
        return f"COALESCE({column}, 0) = 0", []
    return f"{column} IS NULL", []


def _value(field: Field, value: Json) -> Json:
    """Return a value as compared with a column; a datetime without seconds or with less is taken as it is."""
    if isinstance(value, (dict, list, tuple)):
        raise BadValue(f"a single value is expected for {field.name}, got {value!r}")
    if field.type in {"date", "datetime"}:
        try:
            parsed = datetime.fromisoformat(str(value))
        except ValueError:
            raise BadValue(f"Invalid term {value!r} in expression date: {value!r}") from None
        if parsed.tzinfo is not None:
            raise BadValue(f"expecting only datetimes with no timezone: {value!r}")
        return str(value).replace("T", " ")[: 10 if field.type == "date" else 26]
    if field.type == "boolean":
        return int(bool(value))
    return value


def _like(column: str, operator: str, value: Json) -> Sql:
    if not value:
        return TRUE
    pattern = str(value) if operator.startswith("=") else f"%{value}%"
    fold = int(operator.endswith("ilike"))
    return f"({column} IS NOT NULL AND odoo_like({column}, ?, ?))", [pattern, fold]


def _in(column: str, values: Sequence[Json]) -> Sql:
    return _never_null(column, "IN (SELECT value FROM json_each(?))"), [json.dumps(list(values))]


def _never_null(column: str, comparison: str) -> str:
    """Return a comparison that is false for a column that is not set, in a form for which SQLite uses an index."""
    return f"({column} IS NOT NULL AND {column} {comparison})"


def _negate(clause: Sql) -> Sql:
    return f"NOT ({clause[0]})", clause[1]


def _join(word: str, clauses: list[Sql]) -> Sql:
    if not clauses:
        return TRUE
    return "(" + word.join(sql for sql, _ in clauses) + ")", [
        value for _, values in clauses for value in values
    ]
