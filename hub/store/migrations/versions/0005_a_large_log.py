"""Let lists and searches of a large log be quick: indexes that narrow, indexes of some rows only, an index of words.

Words are found by their trigrams: by FTS5 on SQLite, by pg_trgm on PostgreSQL (part of every distribution of it; where
it is missing and cannot be made, searches are slower and find the same). What still has work to do is not in
there: it changes with each step, and it is so little that it can be read through.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_MADE_ANEW = {
    "ix_exchanges_partner": (["partner", "id", "state", "document", "direction"], None),
    "ix_exchanges_state": (["state", "id", "partner", "document", "direction"], None),
    "ix_exchanges_created": (["created_at", "id", "document", "partner", "direction", "state"], None),
    "ix_exchanges_transmission": (["transmission_id", "position"], "transmission_id IS NOT NULL"),
    "ix_exchanges_group": (["group_id", "position"], "group_id IS NOT NULL"),
    "ix_exchanges_erp": (["erp_model", "erp_id"], "erp_id IS NOT NULL"),
    "ix_exchanges_source": (["source_model", "source_id"], "source_id IS NOT NULL"),
    "ix_exchanges_interchange": (["partner", "interchange_control"], "direction = 'out'"),
    "ix_exchanges_group_control": (["partner", "group_control"], "direction = 'out'"),
}

#: Table, a column in which words are looked for, and which of its rows are in the index of words.
_WORDS = (
    ("exchanges", "search", "work_lane IS NULL"),
    ("exchanges", "why", "work_lane IS NULL"),
    ("transmissions", "name", ""),
    ("findings", "message", ""),
)

#: By table and index: rows in it, then how many have the same value in its first column, in its first two, ...
_EXPECTED = {
    "exchanges": {
        "ix_exchanges_partner": "1000000 25000 1 1 1 1",
        "ix_exchanges_state": "1000000 60000 1 1 1 1",
        "ix_exchanges_tally": "1000000 25000 12000 3000 600 1",
        "ix_exchanges_created": "1000000 1 1 1 1 1 1",
        "ix_exchanges_transmission": "500000 2 1",
        "ix_exchanges_group": "500000 2 1",
        "ix_exchanges_key": "1000000 2 2",
        "ix_exchanges_number": "1000000 4 2",
        "ix_exchanges_order": "1000000 8 8",
        "ix_exchanges_erp": "500000 100000 2",
        "ix_exchanges_source": "500000 100000 2",
        "ix_exchanges_deadline": "400000 60000 1",
        "ix_exchanges_interchange": "500000 12000 2",
        "ix_exchanges_group_control": "500000 12000 2",
        "uq_exchanges_outbound_key": "400000 1",
        "ix_exchanges_work": "1000 50 1 1",
    },
    "transmissions": {
        "ix_transmissions_bytes": "500000 1 1",
        "ix_transmissions_partner": "500000 12000 1",
        "ix_transmissions_state": "500000 60000 1",
        "ix_transmissions_name": "500000 12000 2",
        "ix_transmissions_tally": "500000 12000 3000 1",
        "ix_transmissions_work": "1000 50 1 1",
    },
    "groups": {"ix_groups_transmission_id": "300000 1", "ix_groups_open": "1000 1"},
    "events": {"ix_events_exchange": "4000000 4 1", "ix_events_transmission": "4000000 8 1"},
    "findings": {
        "ix_findings_exchange": "500000 2 1",
        "ix_findings_transmission": "500000 2 1",
        "ix_findings_group": "500000 2 1",
    },
    "artifacts": {"ix_artifacts_exchange": "2000000 2 1 1"},
    "acknowledgments": {
        "ix_acknowledgments_exchange": "800000 1 1",
        "ix_acknowledgments_ack": "800000 1",
        "ix_acknowledgments_transmission": "800000 2",
    },
}


def upgrade() -> None:
    """Change the indexes, and make those of words."""
    for name, (columns, where) in _MADE_ANEW.items():
        op.drop_index(name, "exchanges")
        _index(name, "exchanges", columns, where)
    op.drop_index("ix_exchanges_search", "exchanges")
    op.drop_index("ix_exchanges_document", "exchanges")
    _index("ix_exchanges_tally", "exchanges", ["partner", "direction", "document", "state", "created_at"])
    op.drop_index("ix_acknowledgments_exchange", "acknowledgments")
    _index("ix_acknowledgments_exchange", "acknowledgments", ["exchange_id", "direction"])
    _index("ix_exchanges_number", "exchanges", ["number", "partner"])
    _index("ix_groups_open", "groups", ["id"], "acknowledged IS false")
    _index("ix_transmissions_name", "transmissions", ["partner", "name"])
    _index("ix_transmissions_tally", "transmissions", ["partner", "state", "received_at"])
    if op.get_bind().dialect.name == "sqlite":
        for which in _WORDS:
            _sqlite_words(*which)
        _tell_planner()
    elif _has_trigrams():
        for which in _WORDS:
            _postgres_words(*which)


def _tell_planner() -> None:
    """Tell SQLite what to expect of each index in a large log: it plans by that, and never counts by itself."""
    op.execute("ANALYZE")  # makes the table, when there is none
    op.execute("DELETE FROM sqlite_stat1")
    for table, indexes in _EXPECTED.items():
        for name, figures in indexes.items():
            op.execute(
                f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('{table}', '{name}', '{figures}')"  # noqa: S608 - our own
            )


def _index(name: str, table: str, columns: list[str], where: str | None = None) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)


def _has_trigrams() -> bool:
    """Say whether PostgreSQL has pg_trgm, made now where this user may."""
    try:
        with op.get_bind().begin_nested():
            op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except sa.exc.DBAPIError:  # not shipped, or this user may not
        return False
    return True


def _postgres_words(table: str, column: str, where: str) -> None:
    only = f" WHERE {where}" if where else ""
    op.execute(f"CREATE INDEX ix_{table}_{column}_words ON {table} USING gin ({column} gin_trgm_ops){only}")


def _sqlite_words(table: str, column: str, where: str) -> None:
    """Make an index of words and the triggers that keep it; to leave it, a row must say what it had there."""
    words = f"{table}_{column}_words"
    op.execute(
        f"CREATE VIRTUAL TABLE {words} USING fts5({column}, content='{table}', content_rowid='id', "
        "tokenize='trigram', detail='none', columnsize=0)"
    )
    watched = [column, *where.split()[:1]]
    was, is_in = (f"{row}.{where}" if where else "true" for row in ("old", "new"))
    changed = " OR ".join(f"old.{name} IS NOT new.{name}" for name in watched)
    enters = f"INSERT INTO {words}(rowid, {column})"
    leaves = f"INSERT INTO {words}({words}, rowid, {column})"
    new, old = f"new.id, new.{column}", f"'delete', old.id, old.{column}"
    for name, event, when, what in (
        ("added", "INSERT", is_in, f"{enters} VALUES ({new})"),
        ("removed", "DELETE", was, f"{leaves} VALUES ({old})"),
        (
            "changed",
            f"UPDATE OF {', '.join(watched)}",
            changed,
            f"{leaves} SELECT {old} WHERE {was}; {enters} SELECT {new} WHERE {is_in}",
        ),
    ):
        op.execute(f"CREATE TRIGGER {words}_{name} AFTER {event} ON {table} WHEN {when} BEGIN {what}; END")
    chosen = f" WHERE {where}" if where else ""
    op.execute(f"{enters} SELECT id, {column} FROM {table}{chosen}")  # noqa: S608 - our own names
