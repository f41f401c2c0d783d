"""Make the table of what sellers have: Odoo has no model for the stock of others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = ("sku", "kind", "location", "quantity", "unit", "available", "item", "number", "as_of")


def upgrade() -> None:
    """Make the table, found by partner and item and by item alone."""
    op.create_table(
        "vendor_stock",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("partner", sa.Text(), nullable=False, server_default=""),
        *(sa.Column(name, sa.Text(), nullable=False, server_default="") for name in WORDS),
        sa.Column("discontinued", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vendor_stock"),
    )
    op.create_index("ix_vendor_stock_partner", "vendor_stock", ["partner", "sku"])
    op.create_index("ix_vendor_stock_sku", "vendor_stock", ["sku"])
