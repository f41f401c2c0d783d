"""What an operator may do on a page: which actions fit a state, in words, and how each is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from hub.model.exchange import MOVES, Direction, Exchange, State, Transmission
from hub.operations import RESENDABLE, Done, Operations, redrivable, rejectable

_AGAIN_FILE = frozenset({State.QUARANTINED, State.DEAD, State.DUPLICATE})


class Action(Struct, frozen=True, kw_only=True):
    """A button: its name in the URL and on the command line, its label, and what it does."""

    name: str
    label: str
    does: str
    grave: bool = False  # it can't be taken back, and a reason is needed


RELEASE = Action(
    name="release",
    label="Release",
    does="Let it go on. What you have decided is not asked again; codes that are still unknown hold it again.",
)
OPEN_AGAIN = Action(
    name="release", label="Open again", does="Open it again as a new file, after something was mended."
)
REDRIVE = Action(
    name="redrive",
    label="Redrive",
    does="Run it again from the archived bytes, after something was mended. Nothing is posted twice.",
)
WRITE_ANEW = Action(
    name="redrive",
    label="Write anew",
    does="Write it again from what Odoo says now, under new control numbers; if only the sending failed, send it.",
)
RESEND = Action(
    name="resend",
    label="Resend",
    does="Put the same bytes, with the same control numbers, before the partner again.",
)
REJECT = Action(
    name="reject",
    label="Reject",
    does="Give it back: they must send another. Needs a reason, which they read in our answer, if agreed.",
    grave=True,
)
CANCEL = Action(name="cancel", label="End it", does="Cancel it for good. Needs a reason.", grave=True)

#: The actions that are nothing without a reason.
NEEDS_REASON = frozenset(action.name for action in (REJECT, CANCEL))

RUN: Mapping[str, Callable[[Operations, str, str, str], Done]] = {
    "release": Operations.release,
    "redrive": Operations.redrive,
    "resend": Operations.resend,
    "reject": Operations.reject,
    "cancel": Operations.cancel,
}


def offered(exchange: Exchange) -> tuple[Action, ...]:
    """Return the actions that fit an exchange as it stands."""
    fitting = (
        (RELEASE, exchange.state is State.HELD),
        (OPEN_AGAIN, exchange.state is State.QUARANTINED),
        (WRITE_ANEW if exchange.direction is Direction.OUT else REDRIVE, redrivable(exchange)),
        (RESEND, exchange.direction is Direction.OUT and exchange.state in RESENDABLE),
        (REJECT, rejectable(exchange)),
        (CANCEL, State.CANCELLED in MOVES[exchange.state]),
    )
    return tuple(action for action, fits in fitting if fits)


def offered_for_file(file: Transmission) -> tuple[Action, ...]:
    """Return the actions that fit a file as it stands; one that was never read can't be opened again."""
    again = file.state in _AGAIN_FILE and bool(file.sha256)
    ends = file.state is State.QUARANTINED
    reopen = Action(
        name="redrive", label="Open again", does="Open the stored file again, after something was mended."
    )
    return (reopen,) * again + (CANCEL,) * ends
