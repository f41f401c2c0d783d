"""Pickup from a server that goes wrong, into a real store: every file once, whole, and none forgotten."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model.errors import Retryable, Undeliverable
from hub.model.exchange import State
from hub.model.partner import Partner
from hub.pickup import Pickup
from hub.store import Store
from hub.transports.sftp import SftpMailbox
from tests.contracts.transport_suite import WHOLE
from tests.support.faulty_sftp import Fault, FaultyServer, faulty_server
from tests.support.sftp import Clock, CuttingProxy
from tests.support.store import sqlite_store

_numbers = count(1)


class Side:
    """A partner's server that goes wrong, and the hub that picks up from it."""

    def __init__(self, faulty: FaultyServer, store: Store, spool: Path) -> None:
        self.faulty, self.store, self.spool = faulty, store, spool
        self.pickup = Pickup(store, spool, lambda _lane: None)
        self.clock = Clock()

    def mailbox(self, **changes: object) -> SftpMailbox:
        transport = self.faulty.transport(**changes)
        return SftpMailbox(transport, self.faulty.secrets, timeout_seconds=2.0, monotonic=self.clock)

    def put(self, data: bytes) -> str:
        """Put a file of its own name for the hub."""
        name = f"order{next(_numbers)}.csv"
        (self.faulty.home / "out" / name).write_bytes(data)
        return name

    def poll(self, box: SftpMailbox, **changes: object) -> None:
        """Poll once, as a runner does: it comes again after a fault."""
        partner = Partner(key="acme", name="Acme", transport=self.faulty.transport(**changes))
        with suppress(Retryable, Undeliverable):
            self.pickup.poll(partner, box)

    def received(self, name: str) -> list[tuple[State, str]]:
        with self.store.read() as tx:
            return [(t.state, t.sha256) for t in tx.transmissions(partner="acme", name=name, limit=20)]

    def is_taken_once(self, name: str, data: bytes) -> None:
        assert self.received(name) == [(State.RECEIVED, hashlib.sha256(data).hexdigest())]
        assert not (self.faulty.home / "out" / name).exists()
        assert (self.faulty.home / "archive" / name).read_bytes() == data
        assert not list(self.spool.iterdir())


@pytest.fixture(scope="module")
def whole_side(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    base = tmp_path_factory.mktemp("faulty")
    with faulty_server(base) as faulty, sqlite_store(base) as store:
        yield Side(faulty, store, base / "spool")


@pytest.fixture
def side(whole_side: Side) -> Iterator[Side]:
    afresh(whole_side)
    yield whole_side
    afresh(whole_side)


def afresh(side: Side) -> None:
    side.faulty.mend()
    for folder in ("in", "out", "archive"):
        for path in (side.faulty.home / folder).iterdir():
            path.unlink()


FAULTS = st.lists(
    st.builds(
        Fault,
        request=st.sampled_from(["list", "stat", "open", "read", "close", "rename", "posix_rename"]),
        how=st.sampled_from(["cut", "lost", "fail", "denied"]),
        nth=st.integers(0, 3),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=15, deadline=None)
@given(faults=FAULTS, empty=st.integers(0, 2), size=st.sampled_from([40, 32_768, 70_000]))
def test_whatever_goes_wrong_each_file_is_taken_once(
    whole_side: Side, faults: list[Fault], empty: int, size: int
) -> None:
    afresh(whole_side)
    first, second = os.urandom(size), os.urandom(size)
    names = whole_side.put(first), whole_side.put(second)
    box = whole_side.mailbox()
    whole_side.faulty.go_wrong(*faults)
    whole_side.faulty.empty_lists = empty
    for _ in range(4):
        whole_side.poll(box)
    whole_side.faulty.mend()
    for _ in range(2):
        whole_side.poll(box)
    box.close()
    whole_side.is_taken_once(names[0], first)
    whole_side.is_taken_once(names[1], second)


@settings(max_examples=20, deadline=None)
@given(direction=st.sampled_from(["up", "down"]), offset=st.integers(0, 12_000))
def test_a_line_cut_at_any_byte_neither_loses_nor_doubles(
    whole_side: Side, direction: str, offset: int
) -> None:
    afresh(whole_side)
    data = os.urandom(6_000)
    name = whole_side.put(data)
    line = CuttingProxy(whole_side.faulty.port)
    try:
        box = whole_side.mailbox(port=line.port)
        line.cut_after(direction, offset)
        whole_side.poll(box)
        line.mend()
        for _ in range(2):
            whole_side.poll(box)
        box.close()
    finally:
        line.close()
    whole_side.is_taken_once(name, data)


@pytest.mark.parametrize("lie", [-1, 1, 500])
def test_a_server_that_lies_about_sizes_gives_nothing_until_it_says_the_truth(side: Side, lie: int) -> None:
    data = os.urandom(1_000)
    name = side.put(data)
    side.faulty.size_lie = lie
    box = side.mailbox()
    side.poll(box)
    assert side.received(name) == []
    side.faulty.size_lie = 0
    side.poll(box)
    box.close()
    side.is_taken_once(name, data)


def test_a_file_that_grew_behind_stale_attributes_is_not_taken_half(side: Side) -> None:
    name = side.put(b"order;item\n1;A\n")
    side.faulty.stale = True
    box = side.mailbox(settle_seconds=60.0)
    side.poll(box)
    with (side.faulty.home / "out" / name).open("ab") as file:
        file.write(b"2;B\n")
    side.clock.seconds += 61
    side.poll(box)
    assert side.received(name) == []
    side.faulty.stale = False
    side.poll(box)
    side.clock.seconds += 61
    side.poll(box)
    box.close()
    side.is_taken_once(name, b"order;item\n1;A\n2;B\n")


def test_a_server_that_refuses_the_archive_is_read_once_and_named(side: Side) -> None:
    data = os.urandom(1_000)
    name = side.put(data)
    side.faulty.go_wrong(Fault("rename", "denied", again=True), Fault("posix_rename", "denied", again=True))
    box = side.mailbox()
    for _ in range(3):
        side.poll(box)
        side.clock.seconds += 2_000
    assert len(side.received(name)) == 1
    with side.store.read() as tx:
        (stuck,) = tx.stuck()
    assert (stuck.partner, stuck.name) == ("acme", name)
    assert "does not let us move it away" in stuck.why
    side.faulty.mend()
    side.poll(box)
    side.poll(box)
    box.close()
    side.is_taken_once(name, data)
    with side.store.read() as tx:
        assert tx.stuck() == []


def test_what_lies_unready_is_named_until_it_is_taken(side: Side) -> None:
    (side.faulty.home / "out" / "forgotten.edi.part").write_bytes(WHOLE)
    (side.faulty.home / "out" / "line\nfeed.edi").write_bytes(WHOLE)
    (side.faulty.home / "out" / "waits.edi").write_bytes(WHOLE)
    box = side.mailbox(wait_for=".done", stuck_after=1_800.0)
    side.poll(box)
    side.clock.seconds += 1_801
    side.poll(box)
    with side.store.read() as tx:
        told = {file.name: file.why for file in tx.stuck()}
    assert told == {
        "forgotten.edi.part": "its name says that it is still being written",
        "waits.edi": "its done file (waits.edi.done or waits.done) is not there",
        "'line\\nfeed.edi'": "its name is refused: it contains a control character or one that is not seen",
    }
    (side.faulty.home / "out" / "waits.done").touch()
    (side.faulty.home / "out" / "forgotten.edi.part").unlink()
    side.poll(box)
    side.poll(box)
    box.close()
    assert len(side.received("waits.edi")) == 1
    assert [path.name for path in (side.faulty.home / "out").iterdir()] == ["line\nfeed.edi"]
    with side.store.read() as tx:
        assert len(tx.stuck()) == 1


def test_a_poll_of_a_slow_server_ends_and_the_next_goes_on(side: Side, tmp_path: Path) -> None:
    data = [os.urandom(100) for _ in range(3)]
    names = [side.put(one) for one in data]
    side.pickup = Pickup(side.store, tmp_path / "spool", lambda _lane: None, longest_seconds=0.1)
    side.faulty.go_wrong(Fault("read", "slow", again=True, seconds=0.2))
    box = side.mailbox()
    side.poll(box)
    assert sum(len(side.received(name)) for name in names) == 1
    side.poll(box)
    side.poll(box)
    box.close()
    for name, one in zip(names, data, strict=True):
        side.is_taken_once(name, one)
