"""Calls of models' methods on the database: one call is one transaction, one after the other.

Odoo runs calls side by side and lets losers of a race try again; here a lock makes them queue, which to a client
is an Odoo that never loses a race (order one from `faults.py`).
"""

from __future__ import annotations

import inspect
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from hub.erp.practice.database import connect
from hub.erp.practice.errors import BadType, BadValue, OdooError, SerializationFailure, Unprocessable
from hub.erp.practice.methods import Method
from hub.erp.practice.records import Env
from hub.erp.practice.rules import RULES, find_method
from hub.erp.practice.schema import load_schema
from hub.erp.practice.wire import EMPTY, Json

LOST_RACE = "could not serialize access due to concurrent update"
#: What SQLite says when it cannot store, whatever was asked.
_CANNOT_STORE = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY}
)


class Database:
    """The one database of a practice Odoo. May be used by several threads."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self.schema = load_schema()
        self._clock = clock
        self._lock = threading.Lock()
        self._connection = connect(path, self.schema)

    @contextmanager
    def transaction(self, context: Mapping[str, Json] = EMPTY) -> Iterator[Env]:
        """Give an Env whose work is committed at the end, or undone when an exception comes through."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                env = Env(self._connection, self.schema, RULES, self._clock(), context)
                yield env
                env.flush()
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite ends it itself when the disk is full
                    self._connection.execute("ROLLBACK")
                raise

    def call_named(
        self, model: str, name: str, arguments: Mapping[str, Json], *, lost_race: bool = False
    ) -> Json:
        """Carry out a JSON-2 call: `ids`, `context` and the method's arguments by name."""
        rest = dict(arguments)
        ids, context = rest.pop("ids", []) or [], rest.pop("context", None)
        method = find_method(self.schema, model, name)
        if ids and not method.records:
            raise Unprocessable(f"cannot call {model}.{name} with ids")
        return self._run(model, name, method, _id_list(ids), (), rest, context, lost_race=lost_race)

    def call_positional(
        self,
        model: str,
        name: str,
        args: Sequence[Json],
        kwargs: Mapping[str, Json],
        *,
        lost_race: bool = False,
    ) -> Json:
        """Carry out an `execute_kw`: the ids of a record method are its first argument."""
        rest = dict(kwargs)
        context = rest.pop("context", None)
        method = find_method(self.schema, model, name)
        ids: list[int] = []
        if method.records and args:
            ids, args = _id_list([args[0]] if isinstance(args[0], int) else args[0]), args[1:]
        single = name == "create" and bool(args) and isinstance(args[0], dict)
        try:
            result = self._run(model, name, method, ids, args, rest, context, lost_race=lost_race)
        except Unprocessable as error:
            raise BadType(error.message) from None
        return result[0] if single else result

    def _run(
        self,
        model: str,
        name: str,
        method: Method,
        ids: list[int],
        args: Sequence[Json],
        kwargs: Mapping[str, Json],
        context: Json,
        *,
        lost_race: bool,
    ) -> Json:
        if context is not None and not isinstance(context, dict):
            raise Unprocessable("context must be an object")
        if lost_race and name == "load":
            message = {"type": "error", "record": 0, "rows": {"from": 0, "to": 0}, "message": LOST_RACE}
            return {"ids": False, "messages": [message], "nextrow": 0}
        if lost_race:
            raise SerializationFailure(LOST_RACE)
        with self.transaction(context or EMPTY) as env:
            start = (env, model, ids) if method.records else (env, model)
            try:
                inspect.signature(method.function).bind(*start, *args, **kwargs)
            except TypeError as error:
                raise Unprocessable(str(error)) from None
            return _carry_out(method.function, start, args, kwargs)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


def _carry_out(
    function: Callable[..., Json], start: tuple[Json, ...], args: Sequence[Json], kwargs: Mapping[str, Json]
) -> Json:
    """Run a method; what breaks on values of the wrong shape is the caller's TypeError or ValueError, as in Odoo."""
    try:
        return function(*start, *args, **kwargs)
    except OdooError:
        raise
    except (TypeError, AttributeError, KeyError, IndexError) as error:
        raise BadType(f"{type(error).__name__}: {error}") from error
    except (ValueError, OverflowError, RecursionError, sqlite3.Error) as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF in _CANNOT_STORE:
            raise  # the server answers as one that is away
        raise BadValue(f"{type(error).__name__}: {error}") from error


def _id_list(ids: Json) -> list[int]:
    if not isinstance(ids, (list, tuple)) or not all(
        isinstance(i, int) and not isinstance(i, bool) for i in ids
    ):
        raise BadType(f"ids must be a list of numbers, got {ids!r}")
    return list(ids)
