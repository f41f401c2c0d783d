"""Control numbers, whatever is asked of them: they count on, wrap where they must, never repeat."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.store import sqlite_store, undone

SCOPES = ("isa:us:acme", "gs:us:acme:PO")

#: Transactions: each takes numbers of some scopes, then commits or rolls back.
transactions = st.lists(
    st.tuples(st.lists(st.sampled_from(SCOPES), min_size=1, max_size=5), st.booleans()), max_size=8
)


@settings(max_examples=20, deadline=None)
@given(steps=transactions, limit=st.integers(min_value=1, max_value=7))
def test_committed_numbers_are_one_to_the_limit_over_and_over(
    steps: list[tuple[list[str], bool]], limit: int
) -> None:
    committed: dict[str, list[int]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, sqlite_store(Path(folder)) as store:
        for scopes, commits in steps:
            with store.begin() if commits else undone(store) as tx:
                for scope in scopes:
                    number = tx.next_control(scope, limit=limit)
                    tx.record_control(scope, number, None, "test")
                    if commits:
                        committed[scope].append(number)
        with store.read() as tx:
            for scope in SCOPES:
                expected = [index % limit + 1 for index in range(len(committed[scope]))]
                history = tx.control_history(scope)
                assert committed[scope] == expected
                assert [use.number for use in history] == expected
                assert [use.round for use in history] == [index // limit for index in range(len(expected))]
                assert len({(use.round, use.number) for use in history}) == len(history)
