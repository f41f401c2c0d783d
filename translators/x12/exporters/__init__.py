"""Our dictionaries in the formats of other engines."""

from __future__ import annotations
