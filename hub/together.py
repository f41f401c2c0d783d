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
MOST_AT_ONCE = 64

#: What is decided waits in memory for its commit, and others for the lane's next turn: no more bytes, and no longer.
MOST_BYTES, MOST_SECONDS = 8_000_000, 1.0

Item = Transmission | Exchange
_Subject = tuple[str, object]

#: In these states a document without an order rests on the one of its kind before it (stock, prices, records).
_BY_KIND = frozenset({State.TRANSLATED, State.IN_DOUBT, State.NOTICED})
#: The decisions of these have been carried out, in Odoo or at the partner, when they are known.
_DONE_OUTSIDE = frozenset({State.TRANSLATED, State.IN_DOUBT, State.COMPOSED})


class Enough:
    """Says when so much was decided that it should be committed. `now` gives the instant."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now, self._began, self._bytes = now, now(), 0

    def with_this(self, found: Outcome | Exception) -> bool:
        """Count one more decision, or what went wrong; say whether it was the last for this time."""
        if isinstance(found, Outcome):
            self._bytes += sum(map(len, payloads(found)))
        return self._bytes > MOST_BYTES or (self._now() - self._began).total_seconds() > MOST_SECONDS


def payloads(outcome: Outcome) -> Iterator[bytes]:
    """Yield the bytes that a decision has for the archive."""
    yield from outcome.artifacts.values()
    for group in outcome.groups:
        yield from (new.payload for new in group.exchanges)


def first_alike(due: Sequence[Item]) -> list[Item]:
    """Return the beginning of a lane's due work that one stage may take together: nothing is left out or overtaken,
    and no two are about the same order, key or, without an order, kind of document.
    """
    alike: list[Item] = []
    spoken_of: set[_Subject] = set()
    for item in due:
        subjects = set(_about(item))
        if alike and (_stage(item) != _stage(alike[0]) or not subjects.isdisjoint(spoken_of)):
            break
        alike.append(item)
        spoken_of |= subjects
    return alike


def apart(decided: Sequence[tuple[Item, Outcome]]) -> Sequence[tuple[Item, Outcome]]:
    """Return the decisions that could not know of each other and need not: of two about one thing, the first.

    What is left out is still due, and is decided anew with the first one in the log. What was done outside is done,
    and never left out: there `first_alike` has to suffice.
    """
    if not decided or decided[0][0].state in _DONE_OUTSIDE:
        return decided
    kept: list[tuple[Item, Outcome]] = []
    spoken_of: set[_Subject] = set()
    for item, outcome in decided:
        subjects = {*_about(item), *_found(item, outcome)}
        if subjects.isdisjoint(spoken_of):
            kept.append((item, outcome))
        spoken_of |= subjects  # also of what is left out: what comes behind it must not overtake it
    return kept


def _stage(item: Item) -> tuple[object, ...]:
    """Return what decides by which stage, and with whom, an item is taken."""
    if isinstance(item, Transmission):
        return (State.RECEIVED,)
    return item.state, item.document, item.partner


def _about(item: Item) -> Iterator[_Subject]:
    """Yield all that is known, before it is looked at, of what an item is about."""
    if isinstance(item, Transmission):
        return
    if item.key:
        yield "key", item.key
    if item.order_number:
        yield "order", item.order_number
    elif item.state in _BY_KIND:
        yield "kind", item.document


def _found(item: Item, outcome: Outcome) -> Iterator[_Subject]:
    """Yield all that a decision found an item to be about."""
    for seen in outcome.seen:
        yield "interchange", (seen.sender, seen.receiver, seen.usage, seen.control)
    if isinstance(item, Transmission):
        return
    yield from (("exchange", settled.exchange_id) for settled in outcome.settlements)
    yield from (("key", new.key) for new in outcome.beside)
    yield from (("key", key) for key in [outcome.changes.get("key")] if key)
    numbers = {outcome.changes.get("order_number"), *outcome.orders} - {None, ""}
    yield from (("order", number) for number in numbers)
