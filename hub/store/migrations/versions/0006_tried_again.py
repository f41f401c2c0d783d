"""Let it be seen at once what is tried again in a lane: each step asks, and almost nothing is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the index of what failed and is tried again."""
    only = sa.text("work_lane IS NOT NULL AND attempts > 0")
    op.create_index(
        "ix_exchanges_tried",
        "exchanges",
        ["work_lane", "order_number", "id"],
        sqlite_where=only,
        postgresql_where=only,
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('exchanges', 'ix_exchanges_tried', '10 5 2 1')"
        )
