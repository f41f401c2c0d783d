"""How a database means to answer: the plan of every statement that a store runs, and what of it reads a whole table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event, text

from hub.store import Store, Tx

#: Tables that grow with the log. Others hold a row for a partner, a lane, or a thing under way.
GROWING = frozenset(
    {
        "acknowledgments",
        "artifacts",
        "control_uses",
        "events",
        "exchange_orders",
        "exchanges",
        "findings",
        "groups",
        "past_keys",
        "pickups",
        "postings",
        "received_interchanges",
        "transmissions",
    }
)

#: Indexes of what is under way alone: they may be read from end to end.
SHORT = frozenset({"ix_exchanges_work", "ix_exchanges_tried", "ix_transmissions_work", "ix_groups_open"})


@contextmanager
def whole_reads(store: Store) -> Iterator[list[str]]:
    """Give a list that fills, while the block runs, with each statement that reads a growing table from end to end."""
    found: list[str] = []

    def look(
        connection: Connection, _cursor: object, statement: str, parameters: Any, _context: object, many: bool
    ) -> None:
        if statement.split(maxsplit=1)[0] not in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}:
            return
        if (
            "WHERE" not in statement and "LIMIT" in statement
        ):  # a list that nothing narrows ends with its page
            return
        steps = _SCANS[store.database](connection, statement, parameters[0] if many else parameters)
        found.extend(f"{step}: {statement}" for step in steps)

    event.listen(store._engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(store._engine, "before_cursor_execute", look)


def _sqlite_scans(connection: Connection, statement: str, parameters: object) -> Iterator[str]:
    cursor = connection.connection.cursor()
    cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
    for *_, step in cursor.fetchall():
        words = step.split()
        if words[0] == "SCAN" and _ALIASES.get(words[1], words[1]) in GROWING and words[-1] not in SHORT:
            yield step


def _postgres_scans(connection: Connection, statement: str, parameters: object) -> Iterator[str]:
    cursor = connection.connection.cursor()
    cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
    told = cursor.fetchall()[0][0]
    for node in _nodes((json.loads(told) if isinstance(told, str) else told)[0]["Plan"]):
        whole = node["Node Type"] == "Seq Scan" or ("Index" in node["Node Type"] and "Index Cond" not in node)
        if whole and node.get("Relation Name") in GROWING and node.get("Index Name") not in SHORT:
            yield f"{node['Node Type']} of {node['Relation Name']} {node.get('Index Name', '')}"


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the nodes of a plan, without the inner side of a merge: it is read only as far as the outer one goes."""
    yield plan
    parts = plan.get("Plans", ())
    for part in parts[:1] if plan["Node Type"] == "Merge Join" else parts:
        yield from _nodes(part)


_ALIASES = {"earlier": "exchanges"}
_SCANS = {"sqlite": _sqlite_scans, "postgresql": _postgres_scans}


def rows_read(store: Store, ask: Callable[[Tx], object]) -> int:
    """Return how many rows of growing tables PostgreSQL reads for a question, by the plan that serves any value."""
    sums = text(
        "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) "
        "FROM pg_stat_xact_user_tables WHERE relname = ANY(:growing)"
    )
    with store.read() as tx:
        tx._connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
        ask(tx)
        return int(tx._connection.execute(sums, {"growing": list(GROWING)}).scalar_one())
