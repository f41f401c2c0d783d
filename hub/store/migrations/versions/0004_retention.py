"""Let payloads and old log rows be removed by retention: marks, holds, and the keys of what was told long ago."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the marks and tables; on PostgreSQL only a transaction that says so may delete events."""
    op.add_column("artifacts", sa.Column("removed_at", INSTANT, nullable=True))
    op.add_column("transmissions", sa.Column("removed_at", INSTANT, nullable=True))
    op.create_table(
        "holds",
        sa.Column("id", ROW_ID, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False, server_default="")
            for name in ("partner", "order_number")
        ),
        sa.Column("exchange_id", ROW_ID, nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False, server_default="") for name in ("why", "actor")),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
    )
    op.create_table(
        "past_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_past_keys"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION events_are_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN IF TG_OP = 'DELETE' AND current_setting('hub.retention', true) = 'on' THEN RETURN NULL; "
            "END IF; RAISE EXCEPTION 'events are append-only'; END $$"
        )
