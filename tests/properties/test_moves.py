"""Whatever is asked of an exchange: it stands where the table of moves allows, and its story has no gaps."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hub.model.exchange import MOVES, State
from hub.store import ACTIVE_STATES, IllegalMove
from tests.support.store import add_order, sqlite_store, undone

states = st.sampled_from(State)


class MovesOfAnExchange(RuleBasedStateMachine):
    """Ask an exchange for any move; the machine knows only MOVES and what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.opened = sqlite_store(Path(self.folder.name))
        self.store = self.opened.__enter__()
        with self.store.begin() as tx:
            self.id = add_order(tx, lane="lane").id
        self.state = State.UNWRAPPED
        self.why = ""
        self.moves = 0

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)
        self.folder.cleanup()

    @rule(wanted=states, why=st.text(max_size=5))
    def move(self, wanted: State, why: str) -> None:
        legal = wanted is self.state or wanted in MOVES[self.state]
        try:
            with self.store.begin() as tx:
                tx.move(self.id, wanted, why=why)
        except IllegalMove:
            assert not legal
        else:
            assert legal
            self.moves += wanted is not self.state or why != self.why  # a try like the last one is no news
            self.state, self.why = wanted, why

    @rule(wanted=states)
    def move_and_think_better_of_it(self, wanted: State) -> None:
        if wanted is self.state or wanted in MOVES[self.state]:
            with undone(self.store) as tx:
                tx.move(self.id, wanted)

    @invariant()
    def it_stands_where_it_was_put(self) -> None:
        with self.store.read() as tx:
            assert tx.exchange(self.id).state is self.state
            assert tx.count_by_state() == {self.state: 1}

    @invariant()
    def its_lane_has_work_while_the_hub_has_the_next_move(self) -> None:
        with self.store.read() as tx:
            assert tx.due_lanes() == (["lane"] if self.state in ACTIVE_STATES else [])

    @invariant()
    def its_story_has_no_gaps(self) -> None:
        with self.store.read() as tx:
            story = tx.events(exchange_id=self.id)
        assert len(story) == self.moves + 1
        assert story[-1].to_state == self.state
        for before, after in pairwise(story):
            assert after.from_state == before.to_state


MovesOfAnExchange.TestCase.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)
TestMovesOfAnExchange = MovesOfAnExchange.TestCase
