"""Acknowledgments: TA1, 997 and 999, written and read."""

from __future__ import annotations
