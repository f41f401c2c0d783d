"""Hold every change of state against the table of legal moves."""

from __future__ import annotations

from hub.model.exchange import MOVES, State
from hub.store.records import IllegalMove


def check_move(start: State, end: State, what: str) -> str:
    """Return the event's word for the move (`moved`, or `stayed` for a retry); raise IllegalMove."""
    if start is end:
        return "stayed"
    if end not in MOVES[start]:
        ways = ", ".join(sorted(MOVES[start])) or "nowhere: it is an end"
        raise IllegalMove(f"{what} is {start} and cannot become {end}; it may go to {ways}")
    return "moved"
