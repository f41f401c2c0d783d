"""together: which steps of a lane are decided in one look at the log and committed in one transaction.

A transaction costs the same for one step as for many, and so does a question to the log or to Odoo. But a
decision rests on what the log said when it was taken: two that speak of the same thing are never taken together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from hub.model.exchange import Exchange, State, Transmission
from hub.model.outcome import Outcome

#: Enough to share the costs of a look and of a commit, and few enough that nobody waits long for its turn.
MOST_AT_ONCE = 32

#: What is decided waits in memory for its commit, and others for the lane's next turn: no more bytes, and no longer.
MOST_BYTES, MOST_SECONDS = 8_000_000, 1.0

Item = Transmission | Exchange


class Enough:
    """Says when so much was decided that it should be committed. `now` gives the instant."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now, self._began, self._bytes = now, now(), 0

    def with_this(self, outcome: Outcome) -> bool:
        """Count one more decision; say whether it was the last for this time."""
        self._bytes += sum(map(len, outcome.artifacts.values()))
        self._bytes += sum(len(new.payload) for group in outcome.groups for new in group.exchanges)
        return self._bytes > MOST_BYTES or (self._now() - self._began).total_seconds() > MOST_SECONDS


def first_alike(due: Sequence[Item]) -> list[Item]:
    """Return the beginning of a lane's due work that one stage may take together: no order twice, nothing left out."""
    alike: list[Item] = []
    orders: set[str] = set()
    for item in due:
        order = item.order_number if isinstance(item, Exchange) else ""
        if alike and (_stage(item) != _stage(alike[0]) or order in orders):
            break
        alike.append(item)
        orders |= {order} if order else set()
    return alike


def apart(decided: Sequence[tuple[Item, Outcome]]) -> list[tuple[Item, Outcome]]:
    """Return the decisions that could not know of each other and need not: of two about one thing, the first.

    What is left out is still due, and is decided anew with the first one in the log.
    """
    kept: list[tuple[Item, Outcome]] = []
    spoken_of: set[tuple[str, object]] = set()
    for item, outcome in decided:
        subjects = set(_subjects(item, outcome))
        if subjects.isdisjoint(spoken_of):
            kept.append((item, outcome))
        spoken_of |= subjects  # also of what is left out: what comes behind it must not overtake it
    return kept


def _stage(item: Item) -> tuple[object, ...]:
    """Return what decides by which stage, and with whom, an item is taken."""
    if isinstance(item, Transmission):
        return (State.RECEIVED,)
    return item.state, item.document, item.partner


def _subjects(item: Item, outcome: Outcome) -> Iterator[tuple[str, object]]:
    """Yield all that a decision speaks of and that the decision on another item may rest on."""
    for seen in outcome.seen:
        yield "interchange", (seen.sender, seen.receiver, seen.usage, seen.control)
    if isinstance(item, Transmission):
        return
    for settled in outcome.settlements:
        yield "exchange", settled.exchange_id
    yield from (("key", new.key) for new in outcome.beside)
    key, order = outcome.changes.get("key", item.key), outcome.changes.get("order_number", item.order_number)
    if key:
        yield "key", key
    numbers = {number for number in (item.order_number, order, *outcome.orders) if number}
    yield from (("order", number) for number in numbers)
    if not numbers and item.state in _BY_KIND:
        yield "kind", item.document


#: In these states a document without an order rests on the one of its kind before it (stock, prices, records).
_BY_KIND = frozenset({State.TRANSLATED, State.IN_DOUBT, State.NOTICED})
