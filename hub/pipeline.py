"""THE SPINE: which stage runs in which state, and the one way in which a step is taken.

A step is committed whole, in one SQL transaction: killed anywhere, an exchange is left in its last committed state
and the step is taken again. Steps that know nothing of each other share a transaction (`hub.together`). Reading
`STAGES` is reading the product.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Protocol

from hub import commit, together
from hub.heart import Heart
from hub.model.errors import ConfigError, Retryable, Trouble, Undeliverable
from hub.model.exchange import ASKING, MOVES, Exchange, State, Transmission
from hub.model.outcome import Outcome
from hub.pauses import MAX_TRIES
from hub.stages import check, compose, lanes, match, post, send, translate, unwrap
from hub.stages.posting import CROWDS
from hub.stages.unwrap import ANSWERS
from hub.store import Lease, LeaseLost, Store
from hub.storing import Storing
from hub.together import MOST_AT_ONCE, Item

_log = logging.getLogger("hub.pipeline")


class Needs(
    unwrap.Needs,
    check.Needs,
    match.Needs,
    translate.Needs,
    post.Needs,
    compose.Needs,
    send.Needs,
    commit.Needs,
    Protocol,
):
    """All that the stages ask of the hub; `hub.desk` gives it."""


#: Inbound documents, then what goes out. A state that is not here waits for somebody, or is an end.
STAGES: dict[State, Callable[[Exchange, Needs], Outcome]] = {
    State.UNWRAPPED: check.check,  # -> checked, rejected; the last verdict of a group writes its 997
    State.CHECKED: translate.translate,  # -> translated, held, duplicate, tested
    State.TRANSLATED: post.post,  # -> posted, held, in_doubt
    State.IN_DOUBT: post.post,  # looks the key up first
    State.NOTICED: compose.compose,  # -> composed, held
    State.COMPOSED: send.send,  # -> sent, delivered
}

#: States whose stages ask only the log and the archive: many are decided in one look.
_LOOK_ONLY = frozenset({State.RECEIVED, State.UNWRAPPED, State.CHECKED})


class _RestsError(Exception):
    """The lane was given back, and rests: nothing more is done in it now."""


class _AwayError(Exception):
    """The side that a stage would have asked is known to be away for so many seconds; it was not asked."""

    def __init__(self, fault: Retryable, seconds: float) -> None:
        super().__init__(str(fault))
        self.seconds, self.trouble = seconds, fault.trouble


class Pipeline:
    """Takes steps. Safe to use from many threads; a lane is worked on by one at a time."""

    def __init__(
        self,
        store: Store,
        needs: Needs,
        heart: Heart,
        bulk_at_once: int = 2,
        storing: Storing | None = None,
    ) -> None:
        self._store, self._needs, self._heart, self._bulk_at_once = store, needs, heart, bulk_at_once
        self._storing = storing

    def drain(self, lane: str, owner: str, stopping: Callable[[], bool] = lambda: False) -> int:
        """Take every due step of a lane and return their number; 0 when somebody else holds the lane.

        May be called at any time, by anyone, any number of times. `stopping` is asked between two steps, or between
        those that are taken together.
        """
        if self._storing is None:
            return self._drain(lane, owner, stopping)
        if not self._storing.takes_steps():
            return 0
        with self._storing.watching():
            return self._drain(lane, owner, stopping)

    def _drain(self, lane: str, owner: str, stopping: Callable[[], bool]) -> int:
        with self._store.begin() as tx:
            if lanes.is_bulk(lane) and tx.held_bulk() >= self._bulk_at_once:
                return 0
            lease = tx.claim_lane(lane, owner, self._heart.lease_seconds)
        if lease is None:
            return 0
        steps = 0
        try:
            with self._heart.holding(lease) as begin_step:
                while not stopping() and (taken := self._step_next(lease)):
                    steps += taken
                    begin_step()
        except _RestsError:
            pass  # it goes on by itself, later
        except LeaseLost:
            _log.warning("lane %s was taken over; its step was not committed", lane)
        finally:
            with self._store.begin() as tx:
                tx.release_lane(lease)
        return steps

    def close_groups(self) -> int:
        """Acknowledge groups whose last open document was ended by an operator; return how many were looked at."""
        with self._store.read() as tx:
            waiting = tx.groups_with_ended()
        for group in waiting:
            with self._store.begin() as tx:
                commit.close_group(tx, group, self._needs)
        return len(waiting)

    def _step_next(self, lease: Lease) -> int:
        """Take what is due first, and what may be taken with it; return how many steps that was."""
        with self._store.read() as tx:
            items = together.first_alike(tx.due(lease.lane, MOST_AT_ONCE))
        if len(items) == 1:
            self._step(items[0], lease)
        elif items:
            self._step_together(items, lease)
        return len(items)

    def _step(self, item: Item, lease: Lease) -> None:
        """Take one step: decide, then commit the decision whole."""
        try:
            outcome = self._outcome(item, self._decide(item))
        except _AwayError as away:
            self._put_off(item, away, lease)
            return
        self._commit_safely(item, outcome, lease)

    def _step_together(self, items: Sequence[Item], lease: Lease) -> None:
        """Take many steps: decide each, then commit them in one transaction; one that spoils it, each in its own."""
        decided: list[tuple[Item, Outcome]] = []
        away: tuple[Item, _AwayError] | None = None
        for item, found in self._decide_some(items):
            try:
                decided.append((item, self._outcome(item, found)))
            except _AwayError as fault:
                away = away or (item, fault)
        kept = together.apart(decided)
        try:
            if kept:
                self._commit_all(kept, lease)
        except LeaseLost:
            raise
        except Exception:  # noqa: BLE001 - whose fault it is shows when each is committed alone
            for item, outcome in kept:
                self._commit_safely(item, outcome, lease)
        if away is not None:
            self._put_off(*away, lease)

    def _commit_safely(self, item: Item, outcome: Outcome, lease: Lease) -> None:
        try:
            self._commit_all([(item, outcome)], lease)
        except LeaseLost:
            raise
        except (Retryable, ConfigError) as fault:  # the store is busy or full, or a profile is gone
            if isinstance(fault, Retryable) and fault.wait_seconds is not None:
                self._put_off(item, _AwayError(fault, fault.wait_seconds), lease)
                return
            self._set_aside(item, str(fault), trouble_of(fault))
        except Exception as fault:  # noqa: BLE001 - the rendering of a file ran in there
            self._bury(item, _broken(item, fault), lease)

    def _put_off(self, item: Item, away: _AwayError, lease: Lease) -> None:
        """Let what would ask the same side wait, without a try: of this lane, or all of it; then raise _RestsError."""
        if self._storing is not None and away.trouble is Trouble.STORAGE:
            self._storing.doubt()
        with self._store.begin() as tx:
            tx.check_lease(lease)
            if item.state in ASKING:
                tx.rest_asking(lease, away.seconds, str(away))
                return
            tx.rest_lane(lease, away.seconds)
        raise _RestsError

    def _bury(self, item: Item, outcome: Outcome, lease: Lease) -> None:
        """Make a dead letter; if not even that can be committed, set it aside so that the lane goes on."""
        try:
            self._commit_all([(item, outcome)], lease)
        except LeaseLost:
            raise
        except Exception:  # noqa: BLE001 - see the docstring
            _log.exception("%s %s cannot be committed", type(item).__name__, item.id)
            self._set_aside(item, outcome.why, Trouble.FAILED)

    def _set_aside(self, item: Item, why: str, trouble: Trouble) -> None:
        """Leave an item as it is and come back to it: nothing of its step was committed.

        A store that can't even note that raises; the runner goes on and offers the lane again.
        """
        waiting = Outcome(state=item.state, why=why, tried=True, trouble=trouble)
        self._commit_all([(item, waiting)], None)

    def _commit_all(self, decided: Sequence[tuple[Item, Outcome]], lease: Lease | None) -> None:
        payloads = (data for _, outcome in decided for data in together.payloads(outcome))
        self._store.keep_large(payloads)  # before others have to wait for this transaction
        with self._store.begin() as tx:
            if lease is not None:
                tx.check_lease(lease)
            commit.commit_all(tx, decided, self._needs)

    def _decide_some(self, items: Sequence[Item]) -> list[tuple[Item, Outcome | Exception]]:
        """Return what the stage of these items decides, or what it raised: on all, or on so many as are enough.

        What goes to Odoo in one call is decided by it, whatever it takes.
        """
        crowd = [item for item in items if isinstance(item, Exchange) and item.document in CROWDS]
        if items[0].state is State.TRANSLATED and len(crowd) == len(items) and not any(map(_given_up, items)):
            return list(zip(items, post.post_all(crowd, self._needs), strict=True))
        decided: list[tuple[Item, Outcome | Exception]] = []
        enough = together.Enough(self._needs.now)
        with self._needs.looking_at(items) if items[0].state in _LOOK_ONLY else nullcontext():
            for item in items:
                decided.append((item, self._decide(item)))
                if _is_away(decided[-1][1]) or enough.with_this(decided[-1][1]):
                    break
        return decided

    def _decide(self, item: Item) -> Outcome | Exception:
        """Return what the stage of an item decides, or what it raised: that must not stop the neighbours."""
        try:
            if isinstance(item, Transmission):
                return _given_up(item) or unwrap.unwrap(item, self._needs)
            if item.state is State.UNWRAPPED and item.document in ANSWERS:
                return _given_up(item) or match.match(item, self._needs)
            return _given_up(item) or STAGES[item.state](item, self._needs)
        except Exception as fault:  # noqa: BLE001 - `_outcome` sorts them
            return fault

    def _outcome(self, item: Item, found: Outcome | Exception) -> Outcome:
        """Return what a decision, or a fault in deciding, means for an item; raise _AwayError."""
        match found:
            case Outcome():
                return found
            case Retryable() if found.wait_seconds is not None:
                raise _AwayError(found, found.wait_seconds)
            case Retryable() | ConfigError():  # a profile in repair is waited for, like a server
                return Outcome(state=item.state, why=str(found), tried=True, trouble=trouble_of(found))
            case Undeliverable():
                return Outcome(state=State.DEAD, why=str(found))
            case _:  # a fault of ours
                return _broken(item, found)


def _is_away(found: Outcome | Exception) -> bool:
    """Say whether nobody was asked, and nobody else needs to ask now."""
    return isinstance(found, Retryable) and found.wait_seconds is not None


def trouble_of(fault: Retryable | ConfigError) -> Trouble:
    """Return how soon another try may do better."""
    return fault.trouble if isinstance(fault, Retryable) else Trouble.IN_REPAIR


def _given_up(item: Item) -> Outcome | None:
    if item.attempts < MAX_TRIES:
        return None
    return Outcome(state=State.DEAD, why=f"given up after {item.attempts} tries; last: {item.why}")


def _broken(item: Item, fault: Exception) -> Outcome:
    """Return the outcome of a program fault: a dead letter with its traceback."""
    assert State.DEAD in MOVES[item.state]
    _log.exception("%s failed in state %s", type(item).__name__, item.state, exc_info=fault)
    text = "".join(traceback.format_exception(fault))
    why = f"a fault in the hub: {type(fault).__name__}: {fault}"
    return Outcome(state=State.DEAD, why=why, artifacts={"traceback": text.encode()})
