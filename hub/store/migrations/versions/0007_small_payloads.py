"""Give artifacts room for their bytes, where those are few: no file of its own has to reach the disk for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column; what is in the archive already stays there."""
    op.add_column("artifacts", sa.Column("body", sa.LargeBinary(), nullable=True))
