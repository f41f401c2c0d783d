"""The whole hub as a machine: whatever comes, whatever fails, whoever acts: nothing is lost or doubled.

One customer sends orders (good, faulty, with codes that nobody knows, twice, changed) and changes of orders; Odoo is
away, loses races, commits without answering; the hub is killed at a commit, or right after one, and starts again; our
people confirm, operators ask for anything, acknowledgments come in any order or not at all, the clock goes on or jumps.
After each of these the invariants are looked at; at the end all is released, comes to rest and is counted.

HUB_MACHINE_RUNS says how many runs (`make machine` makes many), each of HUB_MACHINE_STEPS steps; HUB_MACHINE_SHRINK=1
looks for a short way to a fault, which takes minutes.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import event

from hub.erp.practice.faults import Kind
from hub.erp.practice.server import PracticeOdoo
from hub.model.documents import DocType
from hub.model.errors import ConfigError, Retryable
from hub.model.exchange import MOVES, OWNERS, Direction, Exchange, State
from hub.operations import Refused
from hub.stages import lanes
from hub.store import Event
from hub.store.rows import ACTIVE_STATES
from tests.e2e.test_changes import change, change_file
from tests.support.small_hub import SmallHub, fresh_number, practice_odoo
from tests.support.store import TickingClock
from tests.support.wire import LAMP, Set, find, functional_ack, group, interchange, order, segment

RUNS = int(os.environ.get("HUB_MACHINE_RUNS", "6"))
STEPS = int(os.environ.get("HUB_MACHINE_STEPS", "20"))
SHRINK = bool(os.environ.get("HUB_MACHINE_SHRINK"))

S = State
ENDS = frozenset(
    {
        S.POSTED,
        S.TESTED,
        S.MATCHED,
        S.DUPLICATE,
        S.DELIVERED,
        S.ACKNOWLEDGED,
        S.CANCELLED,
        S.REJECTED,
        S.ORPHAN,
    }
)
LINES = {"good": LAMP, "unknown": ("AR-99999", "1", "EA", "1.00"), "bad": ("AR-10001", "x", "EA", "9.99")}
#: What moves a document on when nobody knows better, tried in this order.
WAYS_OUT = {
    S.HELD: ("release", "cancel"),
    S.DEAD: ("redrive", "cancel"),
    S.QUARANTINED: ("cancel",),
    S.REFUSED: ("cancel",),
    S.OVERDUE: ("resend",),
}

few = st.integers(0, 5)


class KilledError(BaseException):
    """The process ends here: nothing of ours catches it."""


class Killer:
    """Ends the process at the n-th transaction from now: before its commit, or before it begins."""

    def __init__(self, hub: SmallHub, when: str, left: int) -> None:
        self._left = left
        event.listen(hub.hub.store._engine, when, self._count)

    def _count(self, _connection: object) -> None:
        self._left -= 1
        if self._left <= 0:  # who is dead commits nothing more
            raise KilledError


class Trade(RuleBasedStateMachine):
    """One customer, one hub, one Odoo, and all that may happen to them."""

    def __init__(self, odoo: PracticeOdoo, tally: Counter[str]) -> None:
        super().__init__()
        self.tally = tally
        self.folder, self.clock = tempfile.TemporaryDirectory(), TickingClock()
        self.odoo = odoo
        self.hub = SmallHub(Path(self.folder.name), odoo, self.clock)
        self.put: list[bytes] = []
        self.numbers: list[str] = []
        self.good: set[str] = set()  # came well-formed at the first time
        self.taken: dict[str, bytes] = {}  # by our addresses and interchange control number
        self.unanswered: list[bytes] = []
        self.seen: dict[int, datetime] = {}
        self.most_wrong = 0.0  # seconds by which clocks of two moments may differ

    # --- what comes
    def upload(self, data: bytes) -> None:
        self.put.append(data)
        self.hub.put(data, f"{len(self.put)}.edi")

    def wrapped(self, *sets: Set) -> bytes:
        control = len(self.put) + 1
        return interchange(*group(*sets, control=control), control=control)

    def one_of(self, which: int) -> str | None:
        return self.numbers[which % len(self.numbers)] if self.numbers else None

    @rule(kinds=st.lists(st.sampled_from(["good", "good", "good", "unknown", "bad"]), min_size=1, max_size=2))
    def orders_come(self, kinds: list[str]) -> None:
        numbers = [fresh_number() for _ in kinds]
        self.upload(self.wrapped(*(order(n, LINES[kind]) for n, kind in zip(numbers, kinds, strict=True))))
        self.numbers += numbers
        self.good |= {n for n, kind in zip(numbers, kinds, strict=True) if kind == "good"}

    @rule(which=few)
    def a_file_comes_again(self, which: int) -> None:
        if self.put:
            self.upload(self.put[which % len(self.put)])

    @rule(which=few, quantity=st.sampled_from(["24", "30"]))
    def an_order_comes_again_in_a_new_file(self, which: int, quantity: str) -> None:
        if (number := self.one_of(which)) is not None:
            self.upload(self.wrapped(order(number, ("AR-10001", quantity, "EA", "9.99"))))

    @rule(which=few, quantity=st.integers(1, 50))
    def a_change_comes(self, which: int, quantity: int) -> None:
        if (number := self.one_of(which)) is not None:
            control = len(self.put) + 1
            line = ("1", "QI", str(quantity), "", "EA", "9.99", "", "BP", "AR-10001")
            self.upload(change_file(change(number, line, number=str(control)), control=control))

    @rule(data=st.sampled_from([b"hello", b"ISA*00*broken~", b"\x00" * 300]))
    def rubbish_comes(self, data: bytes) -> None:
        self.upload(data + str(len(self.put)).encode())

    # --- what the hub does
    @rule()
    def files_are_taken(self) -> None:
        self.hub.poll()

    @rule(most=st.integers(1, 4))
    def some_steps_are_taken(self, most: int) -> None:
        with self.hub.hub.store.read() as tx:
            due = tx.due_lanes()
        for lane in due[:2]:
            left = iter([False] * most + [True] * 1000)
            self.hub.hub.pipeline.drain(lane, "test", lambda left=left: next(left))

    @rule()
    def all_steps_are_taken(self) -> None:
        self.hub.work()
        self.hub.hub.pipeline.close_groups()

    @rule()
    def odoo_is_looked_at(self) -> None:
        with suppress(Retryable, ConfigError):
            self.hub.hub.noticer.watch()

    # --- what goes wrong
    @rule(when=st.sampled_from(["commit", "begin"]), left=st.integers(1, 12))
    def the_hub_is_killed_and_starts_again(self, when: str, left: int) -> None:
        Killer(self.hub, when, left)
        with suppress(KilledError, Retryable, ConfigError):
            self.hub.work()
            self.hub.hub.noticer.watch()
        self.hub.close()
        self.hub = SmallHub(Path(self.folder.name), self.odoo, self.clock)

    @rule(
        kind=st.sampled_from(["down", "timeout_after_commit", "serialization"]),
        times=st.integers(1, 4),
        method=st.sampled_from(["", "load"]),
    )
    def odoo_fails(self, kind: Kind, times: int, method: str) -> None:
        self.odoo.fail_next(kind, times, method=method)

    @rule(seconds=st.sampled_from([1.0, 10.0, 300.0, 20_000.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.hub.hub.clock_watch.run()
        self.hub.hub.noticer.expire()

    @rule(hours=st.sampled_from([-30, -2, 2, 30]))
    def the_clock_jumps(self, hours: int) -> None:
        self.clock.jump(hours * 3600)
        self.most_wrong += abs(hours) * 3600
        self.hub.hub.clock_watch.run()

    # --- what people do
    @rule(which=few)
    def our_people_confirm(self, which: int) -> None:
        with self.odoo.data.transaction() as env:
            drafts = env.search(
                "sale.order", [["client_order_ref", "=", self.one_of(which) or "-"], ["state", "=", "draft"]]
            )
        if drafts:
            self.hub.call("sale.order", "action_confirm", ids=drafts)

    @rule()
    def the_partner_collects(self) -> None:
        for data in self.hub.collect():
            head = segment(data, "ISA")
            number = f"{head[6].strip()}>{head[8].strip()} {head[13]}"  # counted for each pair of addresses
            assert self.taken.setdefault(number, data) == data, "one number, two files"
            if not find(data, "AK1") and not find(data, "TA1"):
                self.unanswered.append(data)

    @rule(which=few, code=st.sampled_from(["A", "A", "R"]))
    def the_partner_answers(self, which: int, code: str) -> None:
        if self.unanswered:
            self.answer(self.unanswered.pop(which % len(self.unanswered)), code)

    def answer(self, data: bytes, code: str) -> None:
        head, control = segment(data, "GS"), len(self.put) + 1
        ack = functional_ack(head[1], head[6], segment(data, "ST")[1], code=code)
        self.upload(interchange(*group(ack, control=control, functional_id="FA"), control=control))

    @rule(
        which=st.integers(0, 30), verb=st.sampled_from(["release", "redrive", "resend", "reject", "cancel"])
    )
    def an_operator_asks(self, which: int, verb: str) -> None:
        waiting = [e for e in self.hub.log() if e.state in OWNERS] or self.hub.log()
        if waiting:
            self.ask(verb, str(waiting[which % len(waiting)].id))

    @rule(which=few, verb=st.sampled_from(["release", "redrive", "cancel"]))
    def an_operator_looks_at_a_file(self, which: int, verb: str) -> None:
        if files := self.hub.files():
            self.ask(verb, f"T{files[which % len(files)].id}")

    def ask(self, verb: str, reference: str) -> bool:
        try:
            getattr(self.hub.hub.operations, verb)(reference, "operator", "as the test wants it")
        except Refused:
            return False
        return True

    # --- what always holds
    @invariant()
    def every_move_is_legal_and_everybody_has_an_owner(self) -> None:
        for exchange in self.hub.log():
            assert whose_move(exchange), exchange
            if self.seen.get(exchange.id) == exchange.updated_at:
                continue
            self.seen[exchange.id] = exchange.updated_at
            for before, after in pairwise(self.story(exchange)):
                assert after.from_state == before.to_state
                legal = after.to_state == before.to_state or after.to_state in MOVES[S(before.to_state)]
                assert legal, f"{exchange.id}: {before.to_state} -> {after.to_state}"

    def story(self, exchange: Exchange) -> list[Event]:
        with self.hub.hub.store.read() as tx:
            return [one for one in tx.events(exchange_id=exchange.id) if one.to_state]

    @invariant()
    def a_lane_is_offered_when_something_in_it_can_go_on(self) -> None:
        with self.hub.hub.store.read() as tx:
            named = {exchange.lane for exchange in self.hub.log()} | {lanes.opening("acme")}
            assert set(tx.due_lanes()) == {lane for lane in named if tx.due(lane)}

    @invariant()
    def odoo_has_each_order_once(self) -> None:
        with self.odoo.data.transaction() as env:
            found = env.search("sale.order", [["client_order_ref", "in", self.numbers]])
            named = Counter(
                row["client_order_ref"] for row in env.rows("sale.order", found, ["client_order_ref"])
            )
        assert not [number for number, count in named.items() if count > 1]

    @invariant()
    def no_number_is_used_twice_and_no_group_is_answered_twice(self) -> None:
        ours = self.hub.log(direction=Direction.OUT)
        used = Counter(numbered(e) for e in ours if e.envelope.interchange_control)
        assert not [number for number, count in used.items() if count > 1]
        answers = Counter(e.transmission_id for e in ours if e.document is DocType.FUNCTIONAL_ACK)
        assert not [file for file, count in answers.items() if count > 1]

    def teardown(self) -> None:
        try:
            self.odoo.faults.clear()
            self.come_to_rest()
            self.add_up()
        finally:
            self.hub.close()
            self.folder.cleanup()

    def come_to_rest(self) -> None:
        """Let everything go on, everybody answer, and somebody decide what waits for a decision."""
        tried: Counter[tuple[int, State]] = Counter()
        self.time_passes(self.most_wrong)  # one document's wait for another is measured by the clock
        for rejected in self.hub.log(state=S.REJECTED):
            self.ask("redrive", str(rejected.id))  # judged again, and not answered again
        for _ in range(12):
            self.time_passes(400)
            self.hub.work()
            self.hub.notice()
            self.hub.hub.pipeline.close_groups()
            self.the_partner_collects()
            while self.unanswered:
                self.answer(self.unanswered.pop(), "A")
            waiting = [e for e in self.hub.log() if e.state not in ENDS]
            files = [t for t in self.hub.files() if t.state in {S.QUARANTINED, S.DEAD}]
            if not waiting and not files and not self.inbox():
                return
            for one in waiting:
                ways = WAYS_OUT.get(one.state, ())
                for verb in ways[tried[one.id, one.state] :]:
                    tried[one.id, one.state] += 1
                    if self.ask(verb, str(one.id)):
                        break
            for file in files:
                self.ask("cancel", f"T{file.id}")
        raise AssertionError(f"never at rest: {waiting} {files}")

    def inbox(self) -> list[Path]:
        folder = self.hub.home("acme") / "in"
        return [file for file in folder.iterdir() if file.is_file()] if folder.exists() else []

    def add_up(self) -> None:
        """Received is accounted for, posted and acknowledged: no more and no less."""
        self.odoo_has_each_order_once()
        self.no_number_is_used_twice_and_no_group_is_answered_twice()
        files = self.hub.files()
        assert sum(t.channel == "embedded" for t in files) == len(self.put)
        orders = [e for e in self.hub.received() if e.state is S.POSTED]
        for number in self.numbers:
            posted = [e for e in orders if e.number == number]
            records = {e.erp.id for e in posted if e.erp}
            assert len(records) == bool(
                posted
            )  # one that a person let through as a change is of the same record
            assert self.hub.sale_orders(number) == len(records), number
            if number in self.good and not self.touched(number):
                assert posted, f"{number} is lost"
        self.every_group_has_its_answer()
        self.each_order_keeps_its_order()
        self.tally.update(files=len(self.put), orders=len(orders), answers=len(self.taken))

    def touched(self, number: str) -> bool:
        """Say whether an operator decided anything of this order."""
        of_it = [e for e in self.hub.received() if e.number == number]
        return any(one.actor == "operator" for e in of_it for one in self.story(e))

    def every_group_has_its_answer(self) -> None:
        answers = {e.transmission_id: e for e in self.hub.log(DocType.FUNCTIONAL_ACK, Direction.OUT)}
        for exchange in self.hub.received():
            if exchange.group_id is None or self.story(exchange)[0].to_state != S.UNWRAPPED:
                continue
            answer = answers[exchange.transmission_id]
            if answer.state is S.DELIVERED:
                assert numbered(answer) in self.taken
            else:
                assert answer.state is S.CANCELLED, answer

    def each_order_keeps_its_order(self) -> None:
        """What nobody decided about was posted as it came, for each order."""
        by_itself: dict[str, list[tuple[int, int]]] = {}
        for exchange in [*self.hub.received(), *self.hub.received(DocType.ORDER_CHANGE)]:
            story = self.story(exchange)
            if exchange.state is S.POSTED and not any(one.actor == "operator" for one in story):
                at = next(one.id for one in story if one.to_state == S.POSTED)
                by_itself.setdefault(exchange.order_number, []).append((exchange.id, at))
        for posted in by_itself.values():
            assert [at for _, at in sorted(posted)] == sorted(at for _, at in posted)


def numbered(exchange: Exchange) -> str:
    """Return the control number of a file of ours, with the addresses between which it counts."""
    envelope = exchange.envelope
    return f"{envelope.sender.id}>{envelope.receiver.id} {envelope.interchange_control}"


def whose_move(exchange: Exchange) -> str:
    """Return who has the next move; "" when nobody has and it is no end."""
    if exchange.state in ACTIVE_STATES:
        return "hub" if exchange.lane else ""
    if exchange.state is S.SENT:
        return "partner" if exchange.deadline_at is not None else ""
    return OWNERS.get(exchange.state, "") or ("nobody" if exchange.state in ENDS else "")


@pytest.fixture(scope="module")
def odoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeOdoo]:
    with practice_odoo(tmp_path_factory.mktemp("odoo")) as practice:
        yield practice


def test_whatever_happens_nothing_is_lost_or_doubled(odoo: PracticeOdoo) -> None:
    """What is asserted stands with the machine: its invariants, and `add_up` at the end of each run."""
    tally: Counter[str] = Counter()
    phases = (Phase.generate, Phase.shrink) if SHRINK else (Phase.generate,)
    how = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: Trade(odoo, tally), settings=how)  # type: ignore[no-untyped-call] # so hypothesis has it
    assert all(tally[what] for what in ("files", "orders", "answers")), (
        f"nothing happened in these runs: {tally}"
    )
