"""Text of strangers made fit for a terminal: no control character gets through, nothing is endless."""

from __future__ import annotations


def legible(text: str, most: int = 0) -> str:
    """Return a text with its control characters written out (\\x1b), cut to `most` characters (0: not cut)."""
    shown = text if text.isprintable() else "".join(map(_written, text))
    return shown if not most or len(shown) <= most else shown[: most - 3] + "..."


def _written(sign: str) -> str:
    return sign if sign.isprintable() else ascii(sign)[1:-1]
