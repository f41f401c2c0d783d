"""Encryption of the archive: nothing readable on the disk, no damage unseen, keys that change, and backups of it."""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from hub.cli.main import app
from hub.model.errors import ConfigError, Undeliverable
from hub.settings import load_settings
from hub.store import Archive
from hub.store.sealing import PIECE_BYTES, KeyMissing, Keyring, key_from, new_key, sealed_size
from tests.support.backups import Place, fill

OLD, NEW = b"o" * 32, b"n" * 32
SIZES = [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES, 2 * PIECE_BYTES + 9]


def files(root: Path) -> list[Path]:
    return sorted(root.glob("??/??/*"))


@pytest.mark.parametrize("size", SIZES)
def test_what_is_sealed_comes_back(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    archive = Archive(tmp_path, Keyring([NEW], seals=True))
    name = archive.put(data)
    assert archive.put_stream(io.BytesIO(data)) == (name, size)
    (file,) = files(tmp_path)
    assert (file.name, file.stat().st_size) == (f"{name}.sealed", sealed_size(size))
    assert name == hashlib.sha256(data).hexdigest()
    assert archive.get(name) == data
    assert archive.is_sound(name) == (True, size)
    assert list(archive.names()) == [name]
    assert size < 2 or data not in file.read_bytes()


@settings(max_examples=40)
@given(at=st.floats(0, 1), bit=st.integers(0, 7))
def test_no_damage_stays_unseen(tmp_path_factory: pytest.TempPathFactory, at: float, bit: int) -> None:
    root = tmp_path_factory.mktemp("sealed")
    archive = Archive(root, Keyring([NEW], seals=True))
    name = archive.put(b"ISA*00*")
    (file,) = files(root)
    data = bytearray(file.read_bytes())
    data[int(at * (len(data) - 1))] ^= 1 << bit
    file.write_bytes(data)
    with pytest.raises(Undeliverable, match=r"damaged|sealed under key"):
        archive.get(name)


@pytest.mark.parametrize("cut", [1, 16, 17, PIECE_BYTES + 16 + 25])
def test_no_piece_can_be_cut_off(tmp_path: Path, cut: int) -> None:
    archive = Archive(tmp_path, Keyring([NEW], seals=True))
    name = archive.put(bytes(PIECE_BYTES + 9))
    (file,) = files(tmp_path)
    file.write_bytes(file.read_bytes()[:-cut])
    with pytest.raises(Undeliverable, match="damaged"):
        archive.get(name)


def test_pieces_cannot_change_places(tmp_path: Path) -> None:
    archive = Archive(tmp_path, Keyring([NEW], seals=True))
    name = archive.put(bytes(3 * PIECE_BYTES))
    (file,) = files(tmp_path)
    data, piece = file.read_bytes(), PIECE_BYTES + 16
    file.write_bytes(
        data[:48] + data[48 + piece : 48 + 2 * piece] + data[48 : 48 + piece] + data[48 + 2 * piece :]
    )
    with pytest.raises(Undeliverable, match="piece 1 is not what was sealed"):
        archive.get(name)


def test_keys_change_and_the_old_ones_still_read(tmp_path: Path) -> None:
    clear = Archive(tmp_path).put(b"clear")
    old = Archive(tmp_path, Keyring([OLD], seals=True)).put(b"old")
    archive = Archive(tmp_path, Keyring([NEW, OLD], seals=True))
    new = archive.put(b"new")
    assert [archive.get(name) for name in (clear, old, new)] == [b"clear", b"old", b"new"]
    assert [archive.rekey(name) for name in (clear, old, new)] == [True, True, False]
    assert all(file.suffix == ".sealed" for file in files(tmp_path))
    only_new = Archive(tmp_path, Keyring([NEW], seals=True))
    assert [only_new.get(name) for name in (clear, old, new)] == [b"clear", b"old", b"new"]
    back = Archive(tmp_path, Keyring([NEW]))
    assert all(back.rekey(name) for name in back.names())
    assert [Archive(tmp_path).get(name) for name in (clear, old, new)] == [b"clear", b"old", b"new"]
    assert len(files(tmp_path)) == 3


def test_without_the_key_it_says_which(tmp_path: Path) -> None:
    name = Archive(tmp_path, Keyring([OLD], seals=True)).put(b"old")
    with pytest.raises(Undeliverable, match=r"is sealed under key [0-9a-f]{16}, which is not among"):
        Archive(tmp_path, Keyring([NEW], seals=True)).get(name)


def test_a_damaged_file_is_not_sealed_as_if_it_were_good(tmp_path: Path) -> None:
    name = Archive(tmp_path).put(b"good")
    files(tmp_path)[0].write_bytes(b"evil")
    archive = Archive(tmp_path, Keyring([NEW], seals=True))
    with pytest.raises(Undeliverable, match="stays as it is"):
        archive.rekey(name)
    assert files(tmp_path)[0].read_bytes() == b"evil"


def test_same_bytes_look_different_each_time(tmp_path: Path) -> None:
    sealed = [
        files(root)[0].read_bytes()
        for root in (tmp_path / "one", tmp_path / "other")
        if Archive(root, Keyring([NEW], seals=True)).put(b"same")
    ]
    assert sealed[0][48:] != sealed[1][48:]


def test_no_damage_of_a_row_stays_unseen(tmp_path: Path) -> None:
    name = hashlib.sha256(b"a payload").hexdigest()
    for archive in (Archive(tmp_path), Archive(tmp_path, Keyring([NEW], seals=True))):
        body = archive.to_row(b"a payload")
        assert archive.from_row(body, name, 9) == b"a payload"
        assert archive.is_as_new(body, 9)
        for at in range(len(body)):
            damaged = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
            with pytest.raises(Undeliverable, match=r"damaged|sealed under key"):
                archive.from_row(damaged, name, 9)
        for cut in range(len(body)):
            with pytest.raises(Undeliverable, match=r"damaged|sealed under key"):
                archive.from_row(body[:cut], name, 9)
    assert not Archive(tmp_path, Keyring([NEW], seals=True)).is_as_new(b"a payload", 9)
    assert not Archive(tmp_path).is_as_new(body, 9)


@pytest.mark.parametrize("bad", [b"", b"short", b"x" * 44, b"AAAA"])
def test_what_is_no_key_is_refused(bad: bytes) -> None:
    with pytest.raises(ConfigError, match="file:k: is no key"):
        key_from(bad, "file:k")


def test_a_new_key_is_a_key_and_is_shown_nowhere() -> None:
    key = key_from(new_key(), "file:k")
    assert key != key_from(new_key(), "file:k")
    assert repr(key) not in repr(Keyring([key]))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("encrypt = true", "no key to encrypt with"),
        ('archive_keys = ["AAAA"]', "must be a reference"),
    ],
)
def test_slips_in_the_settings_are_told(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "hub.toml").write_text(f"[store]\n{text}\n")
    with pytest.raises(ConfigError, match=says):
        load_settings(tmp_path, {})


def test_a_hub_turns_it_on_and_is_backed_up(tmp_path: Path) -> None:
    """Sealed payloads stay sealed in a backup, and need their key where they are restored."""
    hub = Place(tmp_path / "hub")
    fill(hub)
    before, runner, env = hub.payloads(), CliRunner(), {"HUB_ROOT": str(hub.home)}
    made = runner.invoke(app, ["archive", "newkey", "archive_1"], env=env)
    assert made.exit_code == 0, made.output
    (hub.home / "hub.toml").write_text('[store]\nencrypt = true\narchive_keys = ["file:archive_1"]\n')
    done = runner.invoke(app, ["archive", "rekey", "--json"], env=env)
    assert json.loads(done.stdout) == {"written": 7, "kept": 0, "failed": []}
    assert all(file.suffix == ".sealed" for file in files(hub.home / "var" / "archive"))
    with hub.store() as store, store.read() as tx:
        bodies = [row.body for row in tx.row_payloads(0)]
    assert len(bodies) == 3
    assert not any(b"order" in body for body in bodies)
    assert b"order 1" not in (hub.home / "var" / "hub.sqlite3").read_bytes()
    again = runner.invoke(app, ["archive", "rekey", "--json"], env=env)
    assert json.loads(again.stdout) == {"written": 0, "kept": 7, "failed": []}
    assert runner.invoke(app, ["verify"], env=env).exit_code == 0
    file = hub.backup(tmp_path / "sealed.backup")

    other = Place(tmp_path / "other")  # a key, and not that one
    assert (
        runner.invoke(app, ["archive", "newkey", "archive_1"], env={"HUB_ROOT": str(other.home)}).exit_code
        == 0
    )
    with pytest.raises(KeyMissing, match=r"the row of .* is sealed under key"):
        other.restore(file)
    assert not (other.home / "var" / "hub.sqlite3").exists()
    keyless = Place(tmp_path / "keyless")
    with pytest.raises(ConfigError, match=r"file:archive_1.*If this key of the archive is lost for good"):
        keyless.restore(file)
    new = Place(tmp_path / "new")
    (new.home / "secrets").mkdir()
    (key := new.home / "secrets" / "archive_1").write_bytes((hub.home / "secrets" / "archive_1").read_bytes())
    key.chmod(0o600)
    new.restore(file)
    assert new.payloads() == before == hub.payloads()
