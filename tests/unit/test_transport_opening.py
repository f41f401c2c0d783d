"""From profile to mailbox; keys and password hashes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from hub.model.errors import ConfigError
from hub.model.partner import Partner, Transport
from hub.transports.accounts import Account, hash_password, key_fits, password_fits
from hub.transports.folder import FolderMailbox
from hub.transports.keys import fingerprint, generate_key, public_blob, read_private_key
from hub.transports.opening import account_for, open_mailbox
from hub.transports.server import EmbeddedMailbox
from hub.transports.sftp import SftpMailbox


def opened(tmp_path: Path, **settings: object) -> object:
    transport = Transport(**settings)  # type: ignore[arg-type] # keyword arguments by name
    partner = Partner(key="acme", name="ACME", transport=transport)
    return open_mailbox(partner, tmp_path / "spool", tmp_path / "accounts", lambda _: b"")


def test_each_kind_opens_its_mailbox(tmp_path: Path) -> None:
    assert isinstance(opened(tmp_path), EmbeddedMailbox)
    assert (tmp_path / "accounts" / "acme" / "in").is_dir()
    assert isinstance(opened(tmp_path, kind="folder", inbox=str(tmp_path / "drop")), FolderMailbox)
    assert (tmp_path / "drop").is_dir()
    assert (tmp_path / "spool" / "acme" / "inbound").is_dir()
    sftp = opened(tmp_path, kind="sftp", host="h", user="u", host_key=("SHA256:x",))
    assert isinstance(sftp, SftpMailbox)


def test_an_embedded_upload_is_ready_at_once_even_when_its_end_is_missing(tmp_path: Path) -> None:
    mailbox = opened(tmp_path, settle_seconds=5.0)
    assert isinstance(mailbox, EmbeddedMailbox)
    (tmp_path / "accounts" / "acme" / "in" / "half.edi").write_bytes(b"ISA*00*")
    assert [file.name for file in mailbox.list_ready()] == ["half.edi"]


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"user": "../other"}, "cannot name an account"),
        ({"user": ".uploads"}, "cannot name an account"),
        ({"kind": "sftp", "user": "u", "host_key": ("x",)}, "host and user"),
        ({"kind": "sftp", "user": "u", "host": "h"}, "host_key is missing"),
    ],
)
def test_a_profile_without_what_it_takes_is_refused(
    tmp_path: Path, settings: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        opened(tmp_path, **settings)


def test_a_generated_key_is_private_readable_and_never_replaced(tmp_path: Path) -> None:
    line = generate_key(tmp_path / "keys" / "id")
    assert stat.S_IMODE((tmp_path / "keys" / "id").stat().st_mode) == 0o600
    assert (tmp_path / "keys" / "id.pub").read_text().strip() == line
    key = read_private_key((tmp_path / "keys" / "id").read_bytes(), "id")
    assert fingerprint(key) == fingerprint(public_blob(line))
    account = Account("acme", ("# no key", "ssh-ed25519 !!!", f'from="10.0.0.1" {line} somebody@host'))
    assert key_fits(account, key.asbytes())
    assert not key_fits(account, b"")
    assert not key_fits(None, key.asbytes())
    with pytest.raises(FileExistsError):
        generate_key(tmp_path / "keys" / "id")


def test_only_the_right_password_of_a_known_account_fits() -> None:
    account = Account("acme", password_hash=hash_password("right"))
    assert password_fits(account, "right")
    assert not password_fits(account, "wrong")
    assert not password_fits(account, "")
    assert not password_fits(None, "nobody")
    assert not password_fits(Account("keys-only"), "nobody")
    assert not password_fits(Account("broken", password_hash="plain text"), "plain text")


def test_an_account_is_made_of_lines_and_references(tmp_path: Path) -> None:
    line = generate_key(tmp_path / "id")
    other = generate_key(tmp_path / "other")
    secrets = {"file:id.pub": line.encode() + b"\n", "env:P": b"secret\n", "env:H": hash_password("secret")}
    for password in ("env:P", "env:H"):
        transport = Transport(public_keys=("file:id.pub", other), password=password)
        account = account_for(Partner(key="acme", name="ACME", transport=transport), secrets.__getitem__)
        assert (account.name, account.public_keys) == ("acme", (line, other))
        assert password_fits(account, "secret")


def test_an_account_with_a_broken_key_is_refused() -> None:
    partner = Partner(key="acme", name="ACME", transport=Transport(public_keys=("ssh-ed25519 ???",)))
    with pytest.raises(ConfigError, match="is no OpenSSH public key"):
        account_for(partner, lambda _: b"")


def test_without_an_archive_the_embedded_mailbox_deletes(tmp_path: Path) -> None:
    mailbox = opened(tmp_path, archive="")
    assert isinstance(mailbox, EmbeddedMailbox)
    (tmp_path / "accounts" / "acme" / "in" / "a.csv").write_bytes(b"x")
    (file,) = mailbox.list_ready()
    mailbox.release(file)
    assert not list((tmp_path / "accounts" / "acme").rglob("a.csv"))
