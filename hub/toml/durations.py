"""Durations as people write them ("90s", "30m", "4h", "2d", "7y", "1h30m") to seconds."""

from __future__ import annotations

import re

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "y": 366 * 86_400}  # a year is never shorter than meant
_PART = re.compile(r"\s*(\d{1,9}(?:\.\d{1,6})?)\s*([smhdy])\s*", re.ASCII)
#: A thousand years: more leaves the calendar that instants are counted in.
LONGEST = 1000 * _SECONDS["y"]
#: The same rule as a pattern, for the JSON Schema.
PATTERN = r"^\s*(\d+(\.\d+)?\s*[smhdy]\s*)+$"


def parse_duration(text: str) -> float | None:
    """Return the seconds that a text such as "4h" or "1h30m" means, or None when it means nothing that can be."""
    at, seconds = 0, 0.0
    while at < len(text):
        part = _PART.match(text, at)
        if not part:
            return None
        seconds += float(part.group(1)) * _SECONDS[part.group(2)]
        at = part.end()
    return seconds if text and seconds <= LONGEST else None
