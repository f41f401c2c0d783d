"""A whole hub in its own process whose disk is full: by a limit on files, which any machine has, and on a small disk.

What the partner sees, what the pages, the health endpoint and the log say, and that it goes on by itself.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hub.model.exchange import State
from tests.e2e.test_restart import answers, inbox, sale_orders, upload
from tests.support.disks import allow_files, forbid_files, small_disk
from tests.support.hub_process import SETTINGS, HubProcess, hub_process, until
from tests.support.small_hub import fresh_number
from tests.support.wire import order_file, segment

LITTLE = f"{SETTINGS}\n[limits]\nmin_free_bytes = 100000\n"

#: A hub, what fills its disk and what makes room again.
Faulty = tuple[HubProcess, Callable[[], None], Callable[[], None]]


@contextmanager
def limited(root: Path) -> Iterator[Faulty]:
    """A hub that may write no byte to any file for a while. Its disk has room, so doctor cannot see it."""
    with hub_process(root, LITTLE) as hub:
        hub.start()
        pid = hub.where["pid"]
        yield hub, lambda: forbid_files(pid), lambda: allow_files(pid)


@contextmanager
def on_a_small_disk(root: Path) -> Iterator[Faulty]:
    """A hub all of whose folders are a disk of 32 MB."""
    (root / "var").mkdir(parents=True)
    with small_disk(root / "var", 32) as disk, hub_process(root, LITTLE) as hub:
        hub.start()
        yield hub, disk.fill, disk.free


def health(hub: HubProcess, accept: str = "application/json") -> tuple[int, str]:
    """Return status and text of the health page."""
    request = urllib.request.Request(f"{hub.where['web_url']}/health", headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def ill(hub: HubProcess) -> dict[str, Any] | None:
    """Return what the health endpoint says while the hub cannot store."""
    status, text = health(hub)
    return json.loads(text) if status == 503 else None


@pytest.mark.parametrize("way", [limited, on_a_small_disk])
def test_a_full_disk_under_a_running_hub(tmp_path: Path, way: Callable[[Path], Any]) -> None:
    numbers = [fresh_number() for _ in range(3)]
    with way(tmp_path / "hub") as (hub, fill, free):
        upload(hub, "1.edi", order_file(numbers[0], control=1))
        until(lambda: len(answers(hub)) == 1, "the first 997")
        outside = order_file(numbers[1], control=2)
        with hub.partner("acme") as acme:
            (tmp_path / "2.edi").write_bytes(outside)
            if way is limited:  # where the disk itself is full, nobody can put a file there
                upload(hub, "2.edi", outside)
            fill()
            told = until(lambda: ill(hub), "the health endpoint says so", 10)
            assert told["status"] == "takes no new work"
            assert told["storage"]
            assert all(one["where"] and one["what"] and one["mend"] for one in told["storage"])
            assert "The hub takes no work: " in health(hub, "text/html")[1]
            with pytest.raises(OSError, match="no uploads are taken now: try again later"):
                acme.put("3.edi", order_file(numbers[2], control=3))
            if way is on_a_small_disk:
                said = hub.hub("doctor")
                assert said.returncode == 1
                assert "No space left on device: no new work is taken" in said.stdout
                said = hub.hub("status")
                assert said.returncode == 1
                assert f"process: {hub.where['pid']}\ntakes no work\n" in said.stdout
                assert "No space left on device; make room on that disk" in said.stdout
            free()
            until(lambda: health(hub)[0] == 200, "the hub goes on by itself", 10)
            acme.put("3.edi", order_file(numbers[2], control=3))
            assert "storage: all that comes can be stored" in hub.say("status")
        if way is on_a_small_disk:
            upload(hub, "2.edi", outside)
        until(lambda: sale_orders(hub, numbers) == [1, 1, 1], "all three, once")
        until(lambda: {e.state for e in hub.log()} <= {State.POSTED, State.DELIVERED}, "quiet")
        assert sorted(segment(a, "AK1")[2] for a in answers(hub)) == ["1", "2", "3"]
        assert sorted(segment(a, "ISA")[13] for a in answers(hub)) == [f"{n:09d}" for n in (1, 2, 3)]
        assert list(inbox(hub).iterdir()) == []
        assert hub.stop() == 0
        log = (hub.root / "hub.log").read_text()
        assert "Traceback" not in log, log
        assert log.count("the hub takes no") <= 4, log  # one line for each folder and the database
        assert log.count("the hub can store again") == 1


def test_a_second_hub_on_the_same_sqlite_file_is_refused(tmp_path: Path) -> None:
    with hub_process(tmp_path / "first", SETTINGS) as first:
        first.start()
        url = f"sqlite:///{first.root}/var/hub.sqlite3"
        same_folder = first.hub("run")
        with hub_process(tmp_path / "second", SETTINGS, HUB_STORE__URL=url) as second:
            other_folder = second.hub("run")
        for refused in (same_folder, other_folder):
            said = refused.stdout + refused.stderr
            assert refused.returncode == 2
            assert f"another hub (process {first.where['pid']}) works on this store already; stop it" in said
            assert "Traceback" not in said
