"""The contract suite for mailboxes: what port.py promises, held against every transport.

A rig is a mailbox and, beside it, the disk behind it, where the test plays the partner.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.model.errors import Retryable, Undeliverable
from hub.transports.pickup import Rules
from hub.transports.port import Mailbox, RemoteFile
from tests.support.sftp import Clock

ISA = (
    "ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*OURCO          "
    "*260113*0930*U*00401*000000007*0*P*>~"
)
WHOLE = f"{ISA}GS*PO*A*B*20260113*0930*1*X*004010~GE*0*1~IEA*1*000000007~\n".encode()

#: The rules that every rig's mailbox is opened with.
RULES = Rules(exclude=("*.log",), settle_seconds=2.0, patience_seconds=600.0, max_bytes=6_000_000)


@dataclass
class Rig:
    """A mailbox and the folders behind it, on this disk."""

    mailbox: Mailbox
    inbox: Path
    outbox: Path
    archive: Path
    clock: Clock
    spool: Path

    def ready(self) -> list[RemoteFile]:
        """Look, wait for things to settle, look again."""
        self.mailbox.list_ready()
        self.clock.seconds += 2.5
        return self.mailbox.list_ready()

    def names(self) -> list[str]:
        return [file.name for file in self.ready()]

    def put(self, name: str, data: bytes, at: int | None = None) -> None:
        (self.inbox / name).write_bytes(data)
        if at is not None:
            os.utime(self.inbox / name, (at, at))


class TransportSuite:
    """Subclass it with a `rig` fixture."""

    @pytest.fixture
    def rig(self) -> Iterator[Rig]:
        raise NotImplementedError

    def test_a_file_is_ready_when_it_looked_the_same_twice(self, rig: Rig) -> None:
        rig.put("a.edi", WHOLE)
        assert rig.mailbox.list_ready() == []
        rig.clock.seconds += 1.9
        assert rig.mailbox.list_ready() == []
        rig.clock.seconds += 0.2
        (file,) = rig.mailbox.list_ready()
        assert (file.name, file.size) == ("a.edi", len(WHOLE))

    def test_a_file_that_grows_between_two_looks_waits_anew(self, rig: Rig) -> None:
        rig.put("a.csv", b"one\n", at=1_700_000_000)
        rig.mailbox.list_ready()
        rig.clock.seconds += 2.5
        rig.put("a.csv", b"one\ntwo\n", at=1_700_000_000)
        assert rig.mailbox.list_ready() == []
        rig.clock.seconds += 2.5
        assert [file.size for file in rig.mailbox.list_ready()] == [8]

    def test_a_file_whose_time_moves_waits_anew(self, rig: Rig) -> None:
        rig.put("a.csv", b"one\n", at=1_700_000_000)
        rig.mailbox.list_ready()
        rig.clock.seconds += 2.5
        rig.put("a.csv", b"two\n", at=1_700_000_002)
        assert rig.mailbox.list_ready() == []

    def test_temporary_names_are_skipped(self, rig: Rig) -> None:
        for name in (
            ".hidden.edi",
            "a.edi.tmp",
            "a.PART",
            "a.partial",
            "a.edi.filepart",
            "a.incomplete",
            "a~",
        ):
            rig.put(name, WHOLE)
        assert rig.names() == []

    def test_an_empty_file_waits_until_patience_ends(self, rig: Rig) -> None:
        rig.put("empty.edi", b"")
        assert rig.names() == []
        rig.clock.seconds += 601
        assert rig.names() == ["empty.edi"]

    def test_excluded_files_and_folders_are_skipped(self, rig: Rig) -> None:
        rig.put("transfer.LOG", b"x")
        (rig.inbox / "folder.edi").mkdir()
        rig.put("good.edi", WHOLE)
        assert rig.names() == ["good.edi"]

    def test_symbolic_links_are_skipped(self, rig: Rig, tmp_path: Path) -> None:
        (tmp_path / "secret").write_bytes(b"secret")
        (rig.inbox / "link.edi").symlink_to(tmp_path / "secret")
        assert rig.names() == []

    def test_threads_may_share_a_mailbox(self, rig: Rig) -> None:
        rig.put("a.edi", WHOLE)

        def work(thread: int) -> None:
            for number in range(8):
                rig.mailbox.deliver(f"{thread}-{number}.edi", b"x" * 40_000)
                rig.mailbox.list_ready()

        with ThreadPoolExecutor(3) as threads:
            list(threads.map(work, range(3)))
        assert len([path for path in rig.outbox.iterdir() if path.stat().st_size == 40_000]) == 24

    def test_x12_without_its_end_waits_until_patience_ends(self, rig: Rig) -> None:
        rig.put("half.edi", WHOLE[:-20])
        assert rig.names() == []
        rig.clock.seconds += 600
        assert [file.name for file in rig.mailbox.list_ready()] == ["half.edi"]

    def test_files_come_oldest_first_then_by_name(self, rig: Rig) -> None:
        rig.put("c.csv", b"1", at=1_700_000_100)
        rig.put("b.csv", b"2", at=1_700_000_200)
        rig.put("a.csv", b"3", at=1_700_000_200)
        assert rig.names() == ["c.csv", "a.csv", "b.csv"]

    def test_fetch_copies_and_verifies(self, rig: Rig) -> None:
        for size in (1, 32_768, 32_769, 3_000_001):
            rig.put("a.bin", data := os.urandom(size))
            (file,) = rig.ready()
            fetched = rig.mailbox.fetch(file, rig.spool)
            assert fetched is not None
            assert fetched.path.read_bytes() == data
            assert (fetched.name, fetched.size) == ("a.bin", size)
            assert fetched.sha256 == hashlib.sha256(data).hexdigest()
            assert list(rig.spool.iterdir()) == [fetched.path]
            assert (rig.inbox / "a.bin").exists()
            fetched.path.unlink()

    def test_a_file_that_changes_between_list_and_fetch_is_not_taken(self, rig: Rig) -> None:
        rig.put("a.csv", b"one\n", at=1_700_000_000)
        (file,) = rig.ready()
        rig.put("a.csv", b"three\n", at=1_700_000_000)
        assert rig.mailbox.fetch(file, rig.spool) is None
        assert list(rig.spool.iterdir()) == []

    def test_a_file_that_vanishes_between_list_and_fetch_is_not_taken(self, rig: Rig) -> None:
        rig.put("a.csv", b"one\n")
        (file,) = rig.ready()
        (rig.inbox / "a.csv").unlink()
        assert rig.mailbox.fetch(file, rig.spool) is None
        assert list(rig.spool.iterdir()) == []
        rig.mailbox.release(file)

    def test_a_file_too_large_is_listed_and_never_read(self, rig: Rig) -> None:
        with (rig.inbox / "huge.edi").open("wb") as file:
            file.truncate(RULES.max_bytes + 1)
        (listed,) = rig.ready()
        with pytest.raises(Undeliverable, match=r"huge\.edi: 6000001 bytes"):
            rig.mailbox.fetch(listed, rig.spool)
        assert list(rig.spool.iterdir()) == []

    def test_release_archives_and_the_same_name_is_a_new_file(self, rig: Rig) -> None:
        for number in range(4):
            rig.put("daily.csv", b"day %d\n" % number, at=1_700_000_000 + number // 2)
            (file,) = rig.ready()
            rig.mailbox.release(file)
            assert list(rig.inbox.iterdir()) == []
        archived = sorted(path.read_bytes() for path in rig.archive.iterdir())
        assert archived == [b"day 0\n", b"day 1\n", b"day 2\n", b"day 3\n"]
        assert (rig.archive / "daily.csv").read_bytes() == b"day 0\n"

    def test_release_leaves_a_file_that_was_replaced_meanwhile(self, rig: Rig) -> None:
        rig.put("daily.csv", b"day 1\n", at=1_700_000_000)
        (file,) = rig.ready()
        rig.put("daily.csv", b"day 2, longer\n", at=1_700_000_000)
        rig.mailbox.release(file)
        assert (rig.inbox / "daily.csv").read_bytes() == b"day 2, longer\n"
        assert list(rig.archive.iterdir()) == []

    def test_a_file_that_cannot_be_released_is_not_listed_again(self, rig: Rig) -> None:
        rig.put("a.csv", b"one\n", at=1_700_000_000)
        (file,) = rig.ready()
        rig.archive.rmdir()
        rig.archive.write_bytes(b"a file where the folder should be")
        with pytest.raises((Retryable, Undeliverable)):
            rig.mailbox.release(file)
        assert rig.names() == []
        rig.archive.unlink()
        rig.archive.mkdir()
        assert rig.names() == []
        assert [path.name for path in rig.archive.iterdir()] == ["a.csv"]
        rig.put("a.csv", b"two, and new\n", at=1_700_000_000)
        assert rig.names() == ["a.csv"]

    def test_hostile_names_are_not_picked_up_and_do_not_hide_others(self, rig: Rig) -> None:
        for name in (b"line\nfeed.edi", b"\xff\xfe.edi", b"n" * 201, b"back\\slash.edi", b"\x1b[31m.edi"):
            Path(os.fsdecode(os.fsencode(rig.inbox) + b"/" + name)).write_bytes(WHOLE)
        rig.put("-rf", b"x\n", at=1_700_000_000)
        rig.put("good name, with blanks.edi", WHOLE, at=1_700_000_001)
        assert rig.names() == ["-rf", "good name, with blanks.edi"]

    def test_hostile_names_never_build_a_path(self, rig: Rig) -> None:
        for name in ("../../x", "/etc/passwd", "..", "", "a\x00b", "n" * 300, "a\nb"):
            hostile = RemoteFile(name, 1, 1_700_000_000.0)
            with pytest.raises(Undeliverable, match="refused"):
                rig.mailbox.fetch(hostile, rig.spool)
            with pytest.raises(Undeliverable, match="refused"):
                rig.mailbox.release(hostile)
            with pytest.raises(Undeliverable, match="refused"):
                rig.mailbox.deliver(name, b"x")

    def test_a_hyphen_name_is_delivered_like_any_other(self, rig: Rig) -> None:
        assert rig.mailbox.deliver("-rf", b"x") == "-rf"
        assert (rig.outbox / "-rf").read_bytes() == b"x"

    def test_deliver_never_shows_half_a_file(self, rig: Rig) -> None:
        data, seen, stop = os.urandom(2_000_000), set[int](), threading.Event()

        def collect() -> None:
            while not stop.is_set():
                for path in rig.outbox.glob("[!.]*"):
                    seen.add(len(path.read_bytes()))

        reader = threading.Thread(target=collect)
        reader.start()
        try:
            for number in range(3):
                assert rig.mailbox.deliver(f"{number}.edi", data) == f"{number}.edi"
        finally:
            stop.set()
            reader.join()
        assert seen <= {len(data)}
        assert sorted(path.name for path in rig.outbox.iterdir()) == ["0.edi", "1.edi", "2.edi"]

    def test_a_taken_name_is_never_written_over(self, rig: Rig) -> None:
        (rig.outbox / "inv.edi").write_bytes(b"not collected yet")
        assert rig.mailbox.deliver("inv.edi", b"second") == "inv-1.edi"
        assert rig.mailbox.deliver("inv.edi", b"third") == "inv-2.edi"
        assert (rig.outbox / "inv.edi").read_bytes() == b"not collected yet"
        assert (rig.outbox / "inv-1.edi").read_bytes() == b"second"
        assert (rig.outbox / "inv-2.edi").read_bytes() == b"third"

    def test_a_repeated_delivery_is_put_there_once(self, rig: Rig) -> None:
        (rig.outbox / "inv.edi").write_bytes(b"not collected yet")
        assert rig.mailbox.deliver("inv.edi", b"same") == "inv-1.edi"
        assert rig.mailbox.deliver("inv.edi", b"same") == "inv-1.edi"
        assert sorted(path.name for path in rig.outbox.iterdir()) == ["inv-1.edi", "inv.edi"]

    def test_an_empty_file_is_delivered(self, rig: Rig) -> None:
        assert rig.mailbox.deliver("empty.csv", b"") == "empty.csv"
        assert (rig.outbox / "empty.csv").read_bytes() == b""

    def test_probe_finds_nothing_and_leaves_nothing(self, rig: Rig) -> None:
        assert rig.mailbox.probe() == []
        assert list(rig.outbox.iterdir()) == []

    def test_probe_names_each_fault(self, rig: Rig) -> None:
        rig.mailbox.list_ready()  # connects: the embedded server makes missing folders at login
        rig.inbox.rmdir()
        rig.outbox.rmdir()
        faults = rig.mailbox.probe()
        assert len(faults) == 2
        assert all("check folder and rights" in fault for fault in faults)

    def test_a_missing_folder_is_undeliverable(self, rig: Rig) -> None:
        rig.mailbox.list_ready()
        rig.outbox.rmdir()
        with pytest.raises(Undeliverable, match=r"a\.edi"):
            rig.mailbox.deliver("a.edi", b"x")

    def test_a_closed_mailbox_opens_again(self, rig: Rig) -> None:
        rig.put("a.edi", WHOLE)
        rig.mailbox.close()
        assert rig.names() == ["a.edi"]
        rig.mailbox.close()
