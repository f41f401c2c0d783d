"""Whatever stages, partners and operators do to an exchange, in any order: it stays within the table of moves.

The machine commits outcomes as the stages give them (their documented ends, in `STEPS`), settles what was sent,
and lets an operator ask for anything; also a step that was decided before somebody else moved its exchange.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.advising import Advising
from hub.commit import commit_exchange
from hub.model.documents import DocType
from hub.model.errors import Trouble
from hub.model.exchange import MOVES, Direction, Exchange, State
from hub.model.outcome import Outcome, Settlement
from hub.model.partner import Partner
from hub.operations import Operations, Refused
from hub.pipeline import STAGES
from hub.stages.addresses import Company
from tests.support.store import MovableClock, add_invoice, add_order, sqlite_store, x12_envelope
from translators.x12.acks.acknowledger import X12Acknowledger

S = State

#: What each stage may end in, as its docstring says; a retry stays.
STEPS = {
    S.UNWRAPPED: [S.CHECKED, S.REJECTED, S.DEAD, S.UNWRAPPED],
    S.CHECKED: [S.TRANSLATED, S.TESTED, S.HELD, S.DUPLICATE, S.REJECTED, S.DEAD],
    S.TRANSLATED: [S.POSTED, S.HELD, S.IN_DOUBT, S.DEAD, S.TRANSLATED],
    S.IN_DOUBT: [S.POSTED, S.HELD, S.IN_DOUBT, S.DEAD],
    S.NOTICED: [S.COMPOSED, S.HELD, S.DEAD, S.NOTICED],
    S.COMPOSED: [S.SENT, S.DELIVERED, S.DEAD, S.COMPOSED],
}

ends = st.integers(0, 9)
BOOK = {"acme": Partner(key="acme", name="ACME")}


class Clock(MovableClock):
    """All that committing asks of the hub here: no file is written and no group is closed."""

    def now(self) -> datetime:
        return self()

    def pause_seconds(self, attempts: int, trouble: Trouble) -> float:
        return 1.0


class Operated(RuleBasedStateMachine):
    """One order that came, one invoice that goes, and everybody who may touch them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.opened = sqlite_store(Path(self.folder.name), self.clock)
        self.store = self.opened.__enter__()
        self.operations = Operations(
            self.store,
            Advising(lambda: BOOK, Company(name="OURCO", isa="ZZ:OURCO"), X12Acknowledger(), {}, self.clock),
        )
        with self.store.begin() as tx:
            invoice = add_invoice(tx, "invoice:1")
            assert invoice is not None
            self.ids = [add_order(tx).id, invoice.id]
        self.before: dict[int, Exchange] = {}
        self.acks = 0

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)
        self.folder.cleanup()

    def read(self, which: int) -> Exchange:
        with self.store.read() as tx:
            return tx.exchange(self.ids[which])

    def commit(self, exchange: Exchange, end: int) -> None:
        ends_of = STEPS[exchange.state]
        state = ends_of[end % len(ends_of)]
        with self.store.begin() as tx:
            commit_exchange(tx, exchange, Outcome(state=state, tried=state is exchange.state), self.clock)

    @rule(which=st.integers(0, 1), end=ends)
    def step(self, which: int, end: int) -> None:
        exchange = self.read(which)
        if exchange.state in STEPS:
            self.commit(exchange, end)

    @rule(which=st.integers(0, 1))
    def begin_a_long_step(self, which: int) -> None:
        exchange = self.read(which)
        if exchange.state in STEPS:
            self.before[which] = exchange

    @precondition(lambda self: self.before)
    @rule(end=ends)
    def end_the_long_step(self, end: int) -> None:
        which, exchange = self.before.popitem()
        now = self.read(which)
        self.commit(exchange, end)
        if (now.state, now.updated_at) != (exchange.state, exchange.updated_at):
            assert self.read(which) == now

    @rule(verdict=st.sampled_from([S.ACKNOWLEDGED, S.REFUSED, None]))
    def they_answer(self, verdict: State | None) -> None:
        self.acks += 1
        settlement = Settlement(exchange_id=self.ids[1], kind="997", verdict="A", state=verdict)
        with self.store.begin() as tx:
            ack = tx.add_exchange(
                partner="acme",
                direction=Direction.IN,
                document=DocType.FUNCTIONAL_ACK,
                state=S.UNWRAPPED,
                envelope=x12_envelope(functional_id="FA"),
                lane="acme:in:open",
            )
            done = commit_exchange(tx, ack, Outcome(state=S.MATCHED, settlements=(settlement,)), self.clock)
        assert done.state is S.MATCHED

    @rule(
        which=st.integers(0, 1),
        verb=st.sampled_from(["release", "redrive", "resend", "reject", "cancel"]),
        why=st.text(),
    )
    def an_operator_asks(self, which: int, verb: str, why: str) -> None:
        before = self.read(which)
        try:
            done = getattr(self.operations, verb)(str(self.ids[which]), "test", why)
        except Refused:
            assert self.read(which) == before
        else:
            assert done.what

    @rule()
    def time_passes(self) -> None:
        self.clock.advance(60)
        with self.store.begin() as tx:
            for late in tx.late_exchanges():
                tx.move(late.id, S.OVERDUE)

    @invariant()
    def every_move_was_legal_and_is_told(self) -> None:
        with self.store.read() as tx:
            stories = [tx.events(exchange_id=one) for one in self.ids]
            assert len(tx.acknowledgments(self.ids[1])) == self.acks
        for story in stories:
            for before, after in pairwise(story):
                assert after.from_state == before.to_state
                assert after.to_state == before.to_state or after.to_state in MOVES[State(before.to_state)]


def test_the_steps_here_are_those_of_the_pipeline() -> None:
    assert set(STEPS) == set(STAGES)
    for state, ends_of in STEPS.items():
        assert set(ends_of) - {state} <= MOVES[state]


Operated.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestOperated = Operated.TestCase
