"""pickup: bring files from a mailbox into the archive, each exactly once.

The order is what makes it safe: copy, archive (fsync), commit the transmission with its claim, and only
then release the file at the partner's side. Killed in between, the file is found again: its claim and the
hash of its bytes tell that it was taken, and it is only released.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from msgspec import structs

from hub.model import problems
from hub.model.errors import Retryable, Undeliverable
from hub.model.exchange import Direction, State, Transmission
from hub.model.finding import Finding, Where
from hub.model.outcome import Outcome
from hub.model.partner import Partner
from hub.model.record_types import record_type_for
from hub.stages import lanes
from hub.stages.receive import receive
from hub.store import Store, Tx
from hub.storing import Storing
from hub.transports.port import FetchedFile, Mailbox, RemoteFile

_log = logging.getLogger("hub.pickup")


#: An exchange in one of these did nothing that a repeat of its file could double.
_CAME_TO_NOTHING = frozenset({State.REJECTED, State.QUARANTINED, State.DEAD})


#: After so long a poll ends, and the next one goes on: a slow server must not hold a thread for hours.
LONGEST_POLL_SECONDS = 300.0


#: So many files are taken with one transaction.
_AT_ONCE = 32

#: A copy in the spool that was not touched for so long is nobody's; other processes make theirs beside ours.
_LEFT_SECONDS = 86_400.0


class Nudge(Protocol):
    """Tells the runner that a lane has work, so that it need not wait for the sweeper."""

    def __call__(self, lane: str) -> None: ...


class _Earlier:
    """What `receive` asks, answered inside the transaction that takes the file."""

    def __init__(self, tx: Tx, *, always_new: bool = False) -> None:
        self._tx, self._always_new = tx, always_new

    def same_bytes(self, partner: str, sha256: str) -> Transmission | None:
        """Return the earlier transmission with these bytes, if it came to anything.

        What was refused then is judged anew: the partner was told to send it again, and the fault may have
        been in our profile.
        """
        for earlier in () if self._always_new else self._tx.same_bytes(partner, sha256):
            inside = [
                e for e in self._tx.exchanges_of_transmission(earlier.id) if e.direction is Direction.IN
            ]
            if earlier.state is State.RECEIVED or any(e.state not in _CAME_TO_NOTHING for e in inside):
                return earlier
        return None


class Pickup:
    """Takes the ready files of mailboxes. One object serves all threads."""

    def __init__(
        self,
        store: Store,
        spool: Path,
        nudge: Nudge,
        storing: Storing | None = None,
        longest_seconds: float = LONGEST_POLL_SECONDS,
    ) -> None:
        self._store, self._spool, self._nudge = store, spool, nudge
        self._storing, self._longest_seconds = storing, longest_seconds
        self._stuck: dict[str, dict[str, str]] = {}  # what was told of each partner's mailbox
        spool.mkdir(parents=True, exist_ok=True)
        for left in spool.iterdir():  # copies that a killed process was making; the mailbox has the originals
            with suppress(FileNotFoundError):  # another process clears up, too
                if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
                    left.unlink()

    def poll(self, partner: Partner, mailbox: Mailbox) -> int:
        """Take every ready file of a mailbox and return their number; one bad file stops no other.

        While the hub cannot store, none is taken: all stay where they are.
        Raises Retryable or Undeliverable when the mailbox itself cannot be read.
        """
        if not self._may_take():
            return 0
        taken, ready = 0, deque(mailbox.list_ready())
        until = time.monotonic() + self._longest_seconds
        while ready and self._may_take():
            if time.monotonic() > until:
                name = ready[0].name
                _log.warning("%s: the poll took too long; the next one goes on at %s", partner.key, name)
                break
            taken += self._take(partner, mailbox, ready, until)
        self._tell_stuck(partner.key, mailbox)
        if taken:
            self._nudge(lanes.opening(partner.key))
            self._nudge(lanes.sending(partner.key))
        return taken

    def _may_take(self, *, doubting: bool = False) -> bool:
        if self._storing is None:
            return True
        if doubting:
            self._storing.doubt()
        return self._storing.takes_work()

    def _tell_stuck(self, partner: str, mailbox: Mailbox) -> None:
        """Keep for `hub queue` what lies in the mailbox and is not taken; tell the log of what is new there."""
        files, before = mailbox.stuck(), self._stuck.get(partner)
        found = {file.name: file.why for file in files}
        if found == before:
            return
        for name in found.keys() - (before or {}).keys():
            _log.warning("%s: %s lies there and is not taken: %s", partner, name, found[name])
        with (
            self._store.begin() as tx
        ):  # at the first look, too: what was told before the last stop may be gone
            tx.set_stuck(partner, [(file.name, file.why, file.seconds) for file in files])
        self._stuck[partner] = found

    def _take(self, partner: Partner, mailbox: Mailbox, ready: deque[RemoteFile], until: float) -> int:
        """Take the first of the files: one transaction for all, or, where that is refused, one for each."""
        taken = 0
        fetched: list[tuple[RemoteFile, FetchedFile]] = []
        try:
            for file in _first(ready, until):
                with self._left_there(partner, file):
                    if file.size > partner.transport.max_bytes:
                        taken += self._refuse(partner, mailbox, file)
                    elif (copy := mailbox.fetch(file, self._spool)) is not None:
                        fetched.append((file, copy))
            try:
                return taken + self._keep(partner, mailbox, fetched)
            except (OSError, Retryable):
                for file, copy in fetched if self._may_take(doubting=True) else ():
                    with self._left_there(partner, file):
                        taken += self._keep(partner, mailbox, [(file, copy)])
        finally:
            for _, copy in fetched:
                copy.path.unlink(missing_ok=True)
        return taken

    def _keep(
        self, partner: Partner, mailbox: Mailbox, fetched: Sequence[tuple[RemoteFile, FetchedFile]]
    ) -> int:
        """Archive and record fetched files, then release them; return how many had not been taken before."""
        archived = self._store.archive.put_files([copy.path for _, copy in fetched])
        with self._store.begin() as tx:
            new = sum(
                _record(tx, partner, file, structs.replace(copy, sha256=sha256, size=size))
                for (file, copy), (sha256, size) in zip(fetched, archived, strict=True)
            )
        released = []
        for file, _ in fetched:
            with self._left_there(partner, file):
                mailbox.release(file)
                released.append(file)
        if released:
            with self._store.begin() as tx:
                for file in released:
                    tx.forget_pickup(partner.key, file.name, file.size, file.modified_at)
        return new

    @contextmanager
    def _left_there(self, partner: Partner, file: RemoteFile) -> Iterator[None]:
        """Leave a file where it is when something goes wrong with it, and go on with the others."""
        try:
            yield
        except (OSError, Retryable, Undeliverable) as fault:
            if self._may_take(doubting=True):  # else it is told once, where it is looked at
                _log.warning("%s: %s was not taken and stays where it is: %s", partner.key, file.name, fault)

    def _refuse(self, partner: Partner, mailbox: Mailbox, file: RemoteFile) -> int:
        """Record a file that is too large to read; it goes to the partner's archive unread."""
        limit = partner.transport.max_bytes
        finding = Finding(
            problem=problems.FILE_TOO_LARGE,
            message=f"{file.size:,} bytes; the limit for this partner is {limit:,}",
            where=Where(file=file.name),
            hint="raise [transport] max_bytes in the profile and ask the partner to send it again",
        )
        outcome = Outcome(state=State.QUARANTINED, why=finding.message, findings=(finding,))
        with self._store.begin() as tx:
            fresh = tx.claim_pickup(partner.key, file.name, file.size, file.modified_at)
            if fresh:
                added = tx.add_transmission(
                    partner=partner.key,
                    channel=partner.transport.kind,
                    name=file.name,
                    sha256="",
                    size=file.size,
                    state=outcome.state,
                    why=outcome.why,
                )
                tx.add_findings(outcome.findings, transmission_id=added.id, stage="receive")
        if partner.transport.archive:  # without one it stays where it is: releasing would delete it unread
            mailbox.release(file)
        return int(fresh)


def _first(ready: deque[RemoteFile], until: float) -> Iterator[RemoteFile]:
    """Take files off the beginning: so many as one transaction has, one at least, and no more after that second."""
    for taken in range(min(_AT_ONCE, len(ready))):
        if taken and time.monotonic() > until:
            return
        yield ready.popleft()


def _record(tx: Tx, partner: Partner, file: RemoteFile, copy: FetchedFile) -> int:
    """Record one archived file; 0 when it had been taken and only its release was left."""
    fresh = tx.claim_pickup(partner.key, file.name, file.size, file.modified_at)
    if not fresh and tx.same_bytes(partner.key, copy.sha256):
        return 0
    compared = record_type_for(partner.records, file.name)  # what is there already changes nothing
    earlier = _Earlier(tx, always_new=bool(compared))
    outcome = receive(copy, partner.key, earlier)
    added = tx.add_transmission(
        partner=partner.key,
        channel=partner.transport.kind,
        name=copy.name,
        sha256=copy.sha256,
        size=copy.size,
        state=outcome.state,
        why=outcome.why,
    )
    tx.add_findings(outcome.findings, transmission_id=added.id, stage="receive")
    if outcome.state is State.DUPLICATE:
        _resend_answers(tx, earlier.same_bytes(partner.key, copy.sha256))
    return 1


def _resend_answers(tx: Tx, earlier: Transmission | None) -> None:
    """Send the stored acknowledgments of a repeated file again: same bytes, same control numbers."""
    for answer in tx.acks_of_transmission(earlier.id) if earlier else ():
        if answer.state is State.DELIVERED:
            tx.move(answer.id, State.COMPOSED, why="the same file came again")
