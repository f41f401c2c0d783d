"""Dictionaries of other engines as ours."""

from __future__ import annotations
