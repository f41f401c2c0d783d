"""When an interchange gets a TA1: the rule of the hub, and of `hub x12 ack`."""

from __future__ import annotations

from typing import Literal

from hub.model import problems
from hub.model.envelope import UnwrappedInterchange
from hub.model.finding import Finding

#: Nothing goes back to somebody who is not the partner that the mailbox belongs to.
SILENT = frozenset({problems.SENDER_UNKNOWN, problems.SENDER_WRONG_ACCOUNT})


def owes_technical(
    interchange: UnwrappedInterchange,
    refusals: tuple[Finding, ...],
    policy: Literal["asked", "always", "never", "on_error"],
) -> bool:
    """Say whether a TA1 is due; `refusals` say why nothing in the interchange may be used, empty where it may.

    Due when ISA14 asks, when the agreement says so, and when the envelope is refused (rather than silence). Never for
    an interchange that carries TA1 segments and nothing else: answering one would never end.
    """
    only_acks = interchange.technical_acks and not interchange.groups
    if policy == "never" or only_acks or any(f.problem in SILENT for f in refusals):
        return False
    asked = policy == "asked" and interchange.envelope.ack_requested
    return bool(refusals) or policy == "always" or asked
