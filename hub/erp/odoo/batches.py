"""Many things in one call, and one answer for each: what is refused is divided until the culprit stands alone.

A call of Odoo is one transaction, so one bad record keeps its neighbours out. `settle` leaves it behind: what the
refusal names is tried alone, the others together; where it names nobody, halves are tried. Alone, because Odoo blames
the first record, too, for what it could not make of all (`load`, "global_error_message" in odoo/orm/models.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from hub.erp.odoo.errors import Refused
from hub.erp.port import Fault
from hub.model.errors import Retryable, Trouble, Undeliverable

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")

#: Positions of items that go into one call.
_Group = list[int]


def settle(
    items: Sequence[_Item],
    do: Callable[[Sequence[_Item]], Sequence[_Answer]],
    groups: Iterable[_Group] | None = None,
) -> list[_Answer | Fault]:
    """Do something for all items in few calls; return what came of each, in their order.

    `do` answers for each of the items that it is given, or raises for all of them; `groups`: which of them, by their
    positions, go into one call to begin with. Retryable is the answer of all that were in the call, and ends it: who
    was not asked for is not in doubt.
    """
    answers: dict[int, _Answer | Fault] = {}
    waiting = deque(slices(len(items), len(items) or 1) if groups is None else groups)
    while waiting:
        group = waiting.popleft()
        try:
            answers.update(zip(group, do([items[at] for at in group]), strict=True))
        except Retryable as fault:
            answers.update(dict.fromkeys(group, fault))
            answers.update((at, _unasked(fault)) for later in waiting for at in later)
            break
        except Undeliverable as fault:
            if len(group) == 1:
                answers[group[0]] = fault
            else:
                waiting.extendleft(reversed(_divided(group, fault)))
    return [answers[at] for at in range(len(items))]


def slices(count: int, size: int) -> list[_Group]:
    """Return so many positions in groups of a size."""
    return [list(range(start, min(start + size, count))) for start in range(0, count, size)]


def _divided(group: _Group, fault: Undeliverable) -> list[_Group]:
    """Return a group in parts: those that the refusal names each alone, or else its halves."""
    named = {group[at] for at in fault.named if at < len(group)} if isinstance(fault, Refused) else set()
    if not named:
        middle = len(group) // 2
        return [group[:middle], group[middle:]]
    others = [at for at in group if at not in named]
    return [*([others] if others else []), *([at] for at in group if at in named)]


def _unasked(fault: Retryable) -> Retryable:
    """Return the answer of what was not asked for any more: it may be tried again, and is not in doubt."""
    trouble = Trouble.FAILED if fault.in_doubt else fault.trouble
    return Retryable(f"not asked for: {fault}", wait_seconds=fault.wait_seconds, trouble=trouble)
