"""Make the table of the further orders that a document belongs to: a shipment or payment may be for several."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table, found by order number and by exchange."""
    op.create_table(
        "exchange_orders",
        sa.Column("exchange_id", ROW_ID, nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("exchange_id", "order_number", name="pk_exchange_orders"),
        sa.ForeignKeyConstraint(
            ["exchange_id"], ["exchanges.id"], name="fk_exchange_orders_exchange_id_exchanges"
        ),
    )
    op.create_index("ix_exchange_orders_number", "exchange_orders", ["order_number"])
