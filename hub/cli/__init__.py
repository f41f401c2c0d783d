"""The command line of the hub."""

from __future__ import annotations
