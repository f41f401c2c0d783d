"""What X12 says, as data, compiled to fast checks."""

from __future__ import annotations
