"""What must not happen a second time after a restore, and what nobody but a person can tell.

The lost hub worked on after the backup was taken. So what it may have used is used up (control numbers), and what it
may have sent waits for a person. What it may have posted needs nothing: Odoo is asked by the document's external id
before anything is made there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from hub.backup.form import Manifest
from hub.model import problems
from hub.model.exchange import Exchange, State
from hub.model.finding import Finding, Severity
from hub.store import LogQuery, Tx
from hub.store.records import Advanced

#: Exchanges that are moved or counted at once, and ids that a check names.
_AT_ONCE = 500
_NAMED = 20


class ToCheck(Struct, frozen=True):
    """Something for a person to look at: what it is, how many (None: nobody can count it), and what to do."""

    what: str
    count: int | None
    do: str
    exchanges: tuple[int, ...] = ()  # the first of them


class Restored(Struct, frozen=True, kw_only=True):
    """What a restore brought back, what it changed, and what is to be checked."""

    taken_at: datetime  # UTC, the moment that the rows show
    restored_at: datetime  # UTC
    rows: int
    payloads: int
    bytes: int
    controls: tuple[Advanced, ...]
    control_gap: int
    to_check: tuple[ToCheck, ...]


def settle(
    tx: Tx, manifest: Manifest, gap: int, earlier: Mapping[str, tuple[int, int]] | None, now: datetime
) -> Restored:
    """Make a restored log fit to go on, in the transaction that restores it; say what was done.

    `earlier` holds the control numbers of the database whose place it takes, if there was one; None: it was damaged.
    """
    taken_at = manifest.header.created_at
    controls = tx.advance_controls(gap, earlier or {})
    for one in controls:
        tx.record_control(
            one.scope, one.now, None, f"void: restored from a backup of {taken_at:%Y-%m-%d %H:%M}"
        )
    tx.clear_leases()
    tx.set_restored(now)
    why = f"may have been sent: the hub was restored from a backup of {taken_at:%Y-%m-%d %H:%M} UTC"
    noticed = _hand_over(tx, State.NOTICED, State.HELD, why)
    composed = _hand_over(tx, State.COMPOSED, State.DEAD, why)
    tx.add_event(
        "restored",
        actor="restore",
        detail={
            "taken_at": taken_at.isoformat(),
            "control_gap": gap,
            "controls": {one.scope: [one.before, one.now] for one in controls},
        },
    )
    return Restored(
        taken_at=taken_at,
        restored_at=now,
        rows=manifest.rows,
        payloads=manifest.payloads.count + manifest.payloads.in_rows - manifest.payloads.damaged,
        bytes=manifest.payloads.bytes,
        controls=tuple(controls),
        control_gap=gap,
        to_check=(*_unread(gap, earlier), *_checks(tx, manifest, noticed, composed)),
    )


def _hand_over(tx: Tx, state: State, to: State, why: str) -> list[int]:
    """Move every exchange in a state to where a person decides; return their ids."""
    moved: list[int] = []
    while found := tx.find_exchanges(LogQuery(state=state, limit=_AT_ONCE, oldest_first=True)):
        for exchange in found:
            tx.move(exchange.id, to, why=why, actor="restore", due_at=None)
            tx.add_findings([_finding(exchange, why)], exchange_id=exchange.id, stage="restore")
            moved.append(exchange.id)
    return moved


def _finding(exchange: Exchange, why: str) -> Finding:
    go_on = "redrive" if exchange.state is State.COMPOSED else "release"
    hint = (
        f"ask the partner, or look whether their 997 came; then `hub {go_on} {exchange.id}` sends it, "
        f"`hub cancel {exchange.id} --why ...` ends it"
    )
    return Finding(problems.MAY_HAVE_BEEN_SENT, why, Severity.HOLD, hint=hint)


def _unread(gap: int, earlier: Mapping[str, tuple[int, int]] | None) -> Iterator[ToCheck]:
    if earlier is None:
        yield ToCheck(
            "control numbers of the database that was there: it is damaged and could not be asked",
            None,
            f"{gap} were skipped since the backup; if the hub may have used more of them, restore again with a larger "
            "--control-gap",
        )


def _checks(tx: Tx, manifest: Manifest, noticed: list[int], composed: list[int]) -> tuple[ToCheck, ...]:
    waiting = _ids(tx, State.SENT, State.OVERDUE)
    doubtful, on_the_way = (
        _ids(tx, State.IN_DOUBT),
        _ids(tx, State.UNWRAPPED, State.CHECKED, State.TRANSLATED),
    )
    damaged = manifest.payloads.missing + manifest.payloads.damaged
    found = [
        _check(
            "files that were written and not sent",
            composed,
            "they are `dead`: `hub redrive ID` sends the same bytes, `hub cancel ID` ends what was sent",
        ),
        _check(
            "news from Odoo that were not written yet",
            noticed,
            "they are `held`: `hub release ID` sends, `hub cancel ID` ends what was sent",
        ),
        _check(
            "files that were sent and not acknowledged",
            waiting,
            "their 997 may have come since: put the partners' files since the backup into their mailboxes again",
        ),
        _check(
            "documents of which Odoo gave no answer", doubtful, "nothing: the hub asks Odoo by their keys"
        ),
        _check(
            "documents on their way to Odoo",
            on_the_way,
            "nothing: what is in Odoo already is found by its external id, and not made a second time",
        ),
        ToCheck(
            "payloads that the backup lacks or has damaged",
            damaged,
            "`hub verify` names them; ask the partners for what is needed",
        ),
        ToCheck(
            "files that partners sent since the backup",
            None,
            "they are in the archive folders of the mailboxes: put them into the inboxes again; nothing of them is "
            "posted twice, and each is answered with a 997 of a new number",
        ),
        ToCheck(
            "what happened in Odoo between the backup and now",
            None,
            "it is noticed again, and `held` because the lost hub may have told it: `hub queue` shows it",
        ),
        ToCheck(
            "files that lay in mailboxes for partners to collect",
            None,
            "they are not in a backup: `hub resend ID` puts one there again, with the same bytes and numbers",
        ),
    ]
    return tuple(check for check in found if check.count != 0)


def _check(what: str, ids: list[int], do: str) -> ToCheck:
    return ToCheck(what, len(ids), do, tuple(ids[:_NAMED]))


def _ids(tx: Tx, *states: State) -> list[int]:
    """Return the exchanges in some states, oldest first; a page at a time."""
    ids: list[int] = []
    before: int | None = None
    while found := tx.find_exchanges(LogQuery(states=states, limit=_AT_ONCE, before_id=before)):
        ids += [exchange.id for exchange in found]
        before = ids[-1]
    return ids[::-1]
