"""How long work tells of itself, to whoever watches: a command's bar, or nobody."""

from __future__ import annotations

from collections.abc import Callable

#: Called now and then with what is done, how much of it, and of how much (0: nobody knows).
Tell = Callable[[str, int, int], None]


def silent(_what: str, _done: int, _of: int) -> None:
    """Tell nobody."""
