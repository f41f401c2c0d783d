"""Alembic's entry: run revisions on the connection, and in the transaction, that `hub.store.migrate` gives.

To draft a revision after a change of `hub.store.schema`: `tools/new-revision "what it does"`.
"""

from __future__ import annotations

from typing import Literal

from alembic import context

from hub.store.columns import Instant, Name, Words
from hub.store.schema import metadata


def plain_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Draft our column types as SQL's own: a revision must not change when our code does."""
    if kind == "type" and isinstance(item, Words | Name):
        return "sa.Text()"
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_item=plain_type,
)
with context.begin_transaction():
    context.run_migrations()
