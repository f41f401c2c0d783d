"""The archive keeps bytes by their hash, once, and notices when a disk lies."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.model.errors import Retryable, Undeliverable
from hub.store import Archive

DATA = b"ISA*00*          *00*          ~"
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def kept(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "archive").rglob("*") if path.is_file()]


def test_bytes_come_back_by_their_hash(archive: Archive, tmp_path: Path) -> None:
    assert archive.put(DATA) == SHA256
    assert archive.get(SHA256) == DATA
    with archive.open(SHA256) as file:
        assert file.read() == DATA
    assert kept(tmp_path) == [tmp_path / "archive" / SHA256[:2] / SHA256[2:4] / SHA256]


def test_the_same_bytes_are_kept_once(archive: Archive, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: archive.put(DATA), range(32))) == {SHA256}
    file = kept(tmp_path)[0]
    before = file.stat().st_ino
    archive.put(DATA)
    assert kept(tmp_path) == [file]  # no leftovers either
    assert file.stat().st_ino == before


@pytest.mark.parametrize("size", [0, 1, 3 * (1 << 20) + 7])
def test_a_file_is_copied_whole(archive: Archive, tmp_path: Path, size: int) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(size))
    sha256, counted = archive.put_file(source)
    assert counted == size
    assert archive.get(sha256) == source.read_bytes()
    assert archive.put_file(source) == (sha256, size)
    assert len(kept(tmp_path)) == 1


def test_damage_is_noticed(archive: Archive, tmp_path: Path) -> None:
    good = archive.put(b"good")
    archive.put(DATA)
    path = tmp_path / "archive" / SHA256[:2] / SHA256[2:4] / SHA256
    path.write_bytes(DATA.replace(b"ISA", b"IXA"))
    with pytest.raises(Undeliverable, match=r"is damaged.*Restore"):
        archive.get(SHA256)
    assert list(archive.verify()) == [SHA256]
    assert archive.get(good) == b"good"


def test_a_file_cut_short_is_written_again(archive: Archive, tmp_path: Path) -> None:
    archive.put(DATA)
    (tmp_path / "archive" / SHA256[:2] / SHA256[2:4] / SHA256).write_bytes(DATA[:5])
    assert archive.put(DATA) == SHA256
    assert archive.get(SHA256) == DATA


def test_a_disk_that_takes_nothing_is_tried_again(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "archive" / "tmp").rmdir()
    with pytest.raises(Retryable, match="cannot write in"):
        archive.put(DATA)
    (tmp_path / "archive" / "tmp").mkdir()
    assert archive.put(DATA) == SHA256


def test_what_is_missing_is_named(archive: Archive) -> None:
    with pytest.raises(Undeliverable, match=f"{SHA256} is missing"):
        archive.get(SHA256)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", SHA256.upper(), SHA256 + "\n", "ab"])
def test_only_a_hash_becomes_a_path(archive: Archive, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        archive.open(name)


KILLED = """
import os, signal, sys
from pathlib import Path
from hub.store import Archive

archive = Archive(Path(sys.argv[1]))
Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # the moment before the file gets its name
archive.put(sys.argv[2].encode())
"""


def test_a_killed_writer_leaves_nothing_half_done(archive: Archive) -> None:
    root = archive._root
    done = subprocess.run([sys.executable, "-c", KILLED, str(root), DATA.decode()], check=False)
    assert done.returncode == -signal.SIGKILL
    assert list(archive.verify()) == []
    with pytest.raises(Undeliverable, match="is missing"):
        archive.get(SHA256)
    assert archive.put(DATA) == SHA256
    assert archive.get(SHA256) == DATA
