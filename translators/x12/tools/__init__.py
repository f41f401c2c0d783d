"""What people do with an X12 file: look at it, compare, search, scrub."""

from __future__ import annotations
