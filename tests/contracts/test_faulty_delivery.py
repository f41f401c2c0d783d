"""Delivery to a server that goes wrong: once, whole, and never over what the partner has not collected."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model.errors import Retryable, Undeliverable
from hub.transports.sftp import SftpMailbox
from tests.support.faulty_sftp import Fault, FaultyServer, faulty_server
from tests.support.sftp import CuttingProxy

#: More than one write request has, so that a fault can come between two.
DATA = os.urandom(70_000)


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyServer]:
    with faulty_server(tmp_path_factory.mktemp("faulty")) as running:
        yield running


@pytest.fixture
def faulty(partner: FaultyServer) -> Iterator[FaultyServer]:
    afresh(partner)
    yield partner
    afresh(partner)


def afresh(partner: FaultyServer) -> None:
    partner.mend()
    partner.collects = False
    partner.seen.clear()
    partner.collected.clear()
    for path in (partner.home / "in").iterdir():
        path.unlink()


def mailbox(faulty: FaultyServer, **changes: object) -> SftpMailbox:
    return SftpMailbox(faulty.transport(**changes), faulty.secrets, timeout_seconds=2.0)


class Sender:
    """Delivers as the hub does: with its note kept, again and again while the fault may pass."""

    def __init__(self, faulty: FaultyServer, **changes: object) -> None:
        self.box, self.begun = mailbox(faulty, **changes), ""

    def note(self, name: str) -> None:
        self.begun = name

    def once(self, name: str, data: bytes) -> str:
        return self.box.deliver(name, data, begun=self.begun, note=self.note)

    def deliver(self, name: str, data: bytes, tries: int = 8) -> str:
        try:
            for _ in range(tries - 1):
                with suppress(Retryable):
                    return self.once(name, data)
            return self.once(name, data)
        finally:
            self.box.close()


def is_delivered_once(faulty: FaultyServer, name: str, data: bytes) -> None:
    """Hold what the partner saw and has against what was to be delivered."""
    waiting = {path.name: path.read_bytes() for path in (faulty.home / "in").iterdir()}
    assert [*faulty.collected, *waiting.items()] == [(name, data)]
    assert faulty.seen[name] == {data}, "the partner saw half a file"


FAULTS = st.lists(
    st.builds(
        Fault,
        request=st.sampled_from(["stat", "open", "write", "close", "rename", "read", "remove"]),
        how=st.sampled_from(["cut", "lost", "fail"]),
        nth=st.integers(0, 3),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=25, deadline=None)
@given(faults=FAULTS, collects=st.booleans())
def test_whatever_goes_wrong_a_file_is_delivered_once(
    partner: FaultyServer, faults: list[Fault], collects: bool
) -> None:
    afresh(partner)
    partner.collects = collects
    partner.go_wrong(*faults)
    assert Sender(partner).deliver("inv.edi", DATA) == "inv.edi"
    is_delivered_once(partner, "inv.edi", DATA)


@settings(max_examples=25, deadline=None)
@given(direction=st.sampled_from(["up", "down"]), offset=st.integers(0, 8_000), collects=st.booleans())
def test_a_line_cut_at_any_byte_neither_loses_nor_doubles(
    partner: FaultyServer, direction: str, offset: int, collects: bool
) -> None:
    afresh(partner)
    partner.collects = collects
    data = DATA[:3_000]
    line = CuttingProxy(partner.port)
    try:
        sender = Sender(partner, port=line.port)
        line.cut_after(direction, offset)
        with suppress(Retryable):
            sender.once("inv.edi", data)
        line.mend()
        name = sender.deliver("inv.edi", data)
    finally:
        line.close()
    assert name == "inv.edi"
    is_delivered_once(partner, "inv.edi", data)


@pytest.mark.parametrize("how", ["cut", "lost"])
def test_a_rename_in_doubt_that_cannot_be_looked_up_is_remembered(faulty: FaultyServer, how: str) -> None:
    faulty.collects = True
    sender = Sender(faulty)
    faulty.go_wrong(Fault("rename", how), *(Fault("stat", "cut", nth) for nth in range(2, 6)))
    with pytest.raises(Retryable) as lost:
        sender.once("inv.edi", DATA)
    assert lost.value.in_doubt
    faulty.go_wrong()
    assert sender.deliver("inv.edi", DATA) == "inv.edi"
    is_delivered_once(faulty, "inv.edi", DATA)


def test_a_full_server_shows_nothing_and_gets_the_file_when_there_is_room(faulty: FaultyServer) -> None:
    faulty.room = 40_000
    box = mailbox(faulty)
    with pytest.raises(Retryable, match=r"inv\.edi"):
        box.deliver("inv.edi", DATA)
    assert not faulty.seen
    faulty.room = None
    assert box.deliver("inv.edi", DATA) == "inv.edi"
    box.close()
    is_delivered_once(faulty, "inv.edi", DATA)


def test_a_full_server_that_takes_files_at_their_close_is_not_believed(faulty: FaultyServer) -> None:
    faulty.room = 40_000
    box = mailbox(faulty, write="direct")
    with pytest.raises(Retryable, match=r"inv\.edi"):
        box.deliver("inv.edi", DATA)
    faulty.room = None
    assert box.deliver("inv.edi", DATA) == "inv.edi"
    assert {path.name: path.read_bytes() for path in (faulty.home / "in").iterdir()} == {"inv.edi": DATA}
    box.close()


@pytest.mark.parametrize("request_", ["write", "close"])
@pytest.mark.parametrize("how", ["cut", "fail"])
def test_a_direct_write_that_went_wrong_is_not_called_delivered(
    faulty: FaultyServer, request_: str, how: str
) -> None:
    sender = Sender(faulty, write="direct")
    faulty.go_wrong(Fault(request_, how))
    with pytest.raises(Retryable) as wrong:
        sender.once("inv.edi", DATA)
    assert wrong.value.in_doubt == (how == "cut")
    assert sender.deliver("inv.edi", DATA) == "inv.edi"
    assert {path.name: path.read_bytes() for path in (faulty.home / "in").iterdir()} == {"inv.edi": DATA}


def test_a_direct_write_that_may_have_been_whisked_away_is_asked_about(faulty: FaultyServer) -> None:
    faulty.collects = True
    sender = Sender(faulty, write="direct")
    faulty.go_wrong(Fault("close", "lost"))
    with pytest.raises(Undeliverable, match="ask the partner whether it came whole"):
        sender.deliver("inv.edi", DATA)


@pytest.mark.parametrize("lie", [-1, 1, 1_000])
def test_a_server_that_lies_about_sizes_gets_nothing_shown(faulty: FaultyServer, lie: int) -> None:
    faulty.size_lie = lie
    box = mailbox(faulty)
    with pytest.raises(Retryable, match="wrote 70000 bytes, the server has"):
        box.deliver("inv.edi", DATA)
    assert not faulty.seen
    faulty.size_lie = 0
    assert box.deliver("inv.edi", DATA) == "inv.edi"
    box.close()
    is_delivered_once(faulty, "inv.edi", DATA)


def test_a_server_that_spoils_the_bytes_gets_nothing_shown(faulty: FaultyServer) -> None:
    faulty.spoils = True
    box = mailbox(faulty)
    with pytest.raises(Retryable, match="other bytes"):
        box.deliver("inv.edi", DATA)
    assert not faulty.seen
    faulty.spoils = False
    assert box.deliver("inv.edi", DATA) == "inv.edi"
    box.close()


def test_a_server_that_lets_us_not_read_is_believed_by_size(faulty: FaultyServer) -> None:
    faulty.go_wrong(Fault("read", "denied", again=True))
    box = mailbox(faulty)
    assert box.deliver("inv.edi", DATA) == "inv.edi"
    box.close()
    is_delivered_once(faulty, "inv.edi", DATA)


def test_a_refused_rename_shows_nothing_and_says_what_to_do(faulty: FaultyServer) -> None:
    faulty.go_wrong(Fault("rename", "denied", again=True), Fault("posix_rename", "denied", again=True))
    box = mailbox(faulty)
    with pytest.raises(Undeliverable, match="check folder and rights"):
        box.deliver("inv.edi", DATA)
    assert not faulty.seen
    box.close()


def test_a_server_without_the_plain_rename_gets_the_other_one(faulty: FaultyServer) -> None:
    faulty.go_wrong(Fault("rename", "unsupported", again=True))
    box = mailbox(faulty)
    assert box.deliver("inv.edi", DATA) == "inv.edi"
    (faulty.home / "in" / "old.edi").write_bytes(b"not collected")
    assert box.deliver("old.edi", DATA) == "old-1.edi"
    assert (faulty.home / "in" / "old.edi").read_bytes() == b"not collected"
    box.close()


def test_stale_attributes_never_bring_us_to_write_over_a_file(faulty: FaultyServer) -> None:
    """The server does not see the file that its stat is asked for, as one with a cache may not."""
    (faulty.home / "in" / "inv.edi").write_bytes(b"not collected")
    faulty.go_wrong(*(Fault("stat", "absent", nth) for nth in (0, 2)))
    box = mailbox(faulty)
    assert box.deliver("inv.edi", DATA) == "inv-1.edi"
    assert (faulty.home / "in" / "inv.edi").read_bytes() == b"not collected"
    box.close()


def test_a_slow_server_is_waited_for_and_a_silent_one_is_not(faulty: FaultyServer) -> None:
    box = mailbox(faulty)
    faulty.go_wrong(Fault("write", "slow", again=True, seconds=0.1))
    assert box.deliver("slow.edi", DATA) == "slow.edi"
    faulty.go_wrong(Fault("write", "slow", seconds=3.0))
    with pytest.raises(Retryable, match="connection lost"):
        box.deliver("silent.edi", DATA)
    faulty.go_wrong()
    assert box.deliver("silent.edi", DATA) == "silent.edi"
    box.close()


def test_a_server_that_sends_one_answer_just_in_time_after_another_is_given_up(faulty: FaultyServer) -> None:
    faulty.go_wrong(Fault("read", "slow", again=True, seconds=0.1))
    faulty.short_reads = 10
    box = SftpMailbox(faulty.transport(), faulty.secrets, timeout_seconds=7.0, grace_seconds=0.5)
    with pytest.raises(Retryable, match=r"too slow: \d+ bytes in"):
        box.deliver("crawl.edi", DATA)
    box.close()
