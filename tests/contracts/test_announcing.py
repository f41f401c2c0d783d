"""Done files: an empty file, put after it and beside it, says of each file of ours that it is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.erp.practice.server import PracticeOdoo
from hub.model.documents import DocType
from hub.model.errors import Retryable, Undeliverable
from hub.transports.delivery import Manner
from hub.transports.folder import FolderMailbox
from hub.transports.port import Mailbox
from hub.transports.server import EmbeddedMailbox
from hub.transports.sftp import SftpMailbox
from tests.e2e.test_answers_to_us import reply
from tests.support.sftp import embedded_server
from tests.support.small_hub import fresh_number, practice_odoo, small_hub
from tests.support.wire import order_file

DONE = ".done"
Opened = tuple[Mailbox, Path]  # and the folder where the partner collects


def folder(at: Path) -> Iterator[Opened]:
    yield FolderMailbox(at / "in", at / "out", manner=Manner(done=DONE)), at / "out"


def embedded(at: Path) -> Iterator[Opened]:
    yield EmbeddedMailbox(at / "accounts", "acme", manner=Manner(done=DONE)), at / "accounts" / "acme" / "out"


def sftp(at: Path) -> Iterator[Opened]:
    with embedded_server(at) as server:
        yield SftpMailbox(server.transport(announce=DONE), server.secrets), server.home / "in"


@pytest.fixture(params=[folder, embedded, sftp])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    make: Callable[[Path], Iterator[Opened]] = request.param
    for mailbox, out in make(tmp_path):
        yield mailbox, out
        mailbox.close()


def lying(out: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in out.iterdir() if file.is_file()}


def test_an_empty_file_says_that_ours_is_whole(opened: Opened) -> None:
    mailbox, out = opened
    assert mailbox.deliver("a.edi", b"one") == "a.edi"
    assert lying(out) == {"a.edi": b"one", "a.edi.done": b""}


def test_it_bears_the_name_that_the_file_was_given(opened: Opened) -> None:
    mailbox, out = opened
    mailbox.deliver("a.edi", b"one")
    assert mailbox.deliver("a.edi", b"two") == "a-1.edi"
    assert lying(out) == {"a.edi": b"one", "a.edi.done": b"", "a-1.edi": b"two", "a-1.edi.done": b""}


def test_the_same_bytes_again_are_neither_put_nor_told_twice(opened: Opened) -> None:
    mailbox, out = opened
    mailbox.deliver("a.edi", b"one")
    assert mailbox.deliver("a.edi", b"one") == "a.edi"
    assert sorted(lying(out)) == ["a.edi", "a.edi.done"]


def test_what_could_not_be_told_is_told_at_the_next_try(tmp_path: Path) -> None:
    for mailbox, out in folder(tmp_path):
        (out / "a.edi.done").mkdir()  # nobody can write a file there
        noted: list[str] = []
        with pytest.raises((Retryable, Undeliverable)):
            mailbox.deliver("a.edi", b"one", note=noted.append)
        assert lying(out) == {"a.edi": b"one"}, "the file comes first"
        (out / "a.edi.done").rmdir()
        assert mailbox.deliver("a.edi", b"one", begun=noted[-1]) == "a.edi"
        assert lying(out) == {"a.edi": b"one", "a.edi.done": b""}
        mailbox.close()


@pytest.fixture(scope="module")
def odoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeOdoo]:
    with practice_odoo(tmp_path_factory.mktemp("odoo")) as practice:
        yield practice


def test_a_whole_hub_announces_what_it_sends_and_what_it_sends_again(
    tmp_path: Path, odoo: PracticeOdoo
) -> None:
    with small_hub(tmp_path, odoo) as hub:
        hub.edit("acme", 'kind = "embedded" ', f'kind = "embedded"\nannounce = "{DONE}" ')
        out = hub.home("acme") / "out"
        number = fresh_number()
        hub.put(order_file(number))
        hub.work()
        hub.confirmed(number)
        before = lying(out)
        files = sorted(name for name in before if not name.endswith(DONE))
        assert len(files) == 2
        assert sorted(before) == sorted([*files, *(f"{name}{DONE}" for name in files)])
        hub.collect()
        (ours,) = hub.sent(DocType.ORDER_ACKNOWLEDGMENT)
        hub.hub.operations.resend(str(ours.id), "test")
        hub.drain()
        again = lying(out)
        (name,) = (name for name in files if name in again)
        assert again == {name: before[name], f"{name}{DONE}": b""}
        hub.collect()
        reply(hub, before[name])
        assert lying(out) == {}
