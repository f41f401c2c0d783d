"""receive: decide about a file that was just picked up and archived.

-> received       it will be opened
-> duplicate      the same bytes came before: nothing is done, the stored acknowledgments go out again
-> quarantined    empty: there is nothing to answer
"""

from __future__ import annotations

from typing import Protocol

from hub.model import problems
from hub.model.exchange import State, Transmission
from hub.model.finding import Finding, Where
from hub.model.outcome import Outcome
from hub.transports.port import FetchedFile


class Needs(Protocol):
    """What receiving asks of the hub."""

    def same_bytes(self, partner: str, sha256: str) -> Transmission | None: ...


def receive(file: FetchedFile, partner: str, needs: Needs) -> Outcome:
    """Decide what becomes of one archived file."""
    where = Where(file=file.name)
    if file.size == 0:
        finding = Finding(
            problem=problems.FILE_EMPTY,
            message="the file is empty",
            where=where,
            hint="ask the partner to send it again",
        )
        return Outcome(state=State.QUARANTINED, why=finding.message, findings=(finding,))
    earlier = needs.same_bytes(partner, file.sha256)
    if earlier is not None:
        why = (
            f"the same bytes came as T{earlier.id} ({earlier.name}); the stored acknowledgments go out again"
        )
        return Outcome(state=State.DUPLICATE, why=why)
    return Outcome(state=State.RECEIVED)
