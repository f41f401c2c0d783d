"""Alembic's scripts: how the tables came to be what they are."""

from __future__ import annotations
