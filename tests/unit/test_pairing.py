"""A database and its archive belong together: neither is used without the other, and a lost one is not begun anew."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.model.errors import ConfigError
from hub.store import Archive, Store
from hub.store.engine import make_engine
from hub.store.migrate import migrate
from hub.store.pairing import mark_of, mark_of_archive
from tests.support.servers import KINDS
from tests.support.store import postgres_database


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/hub.db"
        return
    with postgres_database() as url:
        yield url


@contextmanager
def opened(url: str, archive: Path) -> Iterator[Store]:
    store = Store(url, Archive(archive))
    try:
        store.migrate()
        yield store
    finally:
        store.close()


def test_a_pair_is_opened_again_and_again(url: str, tmp_path: Path) -> None:
    marks = set[str]()
    for _ in range(2):
        with opened(url, tmp_path / "archive") as store, store.read() as tx:
            marks |= {mark_of(tx), mark_of_archive(store.archive)}
    (mark,) = marks
    assert mark


def test_a_pair_of_an_older_hub_gets_its_mark(url: str, tmp_path: Path) -> None:
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()
    with opened(url, tmp_path / "archive") as store:
        assert mark_of_archive(store.archive)
    with pytest.raises(ConfigError, match=r"is new, and the database .* has another one"):
        opened(url, tmp_path / "other").__enter__()


def test_an_empty_database_beside_an_archive_that_is_not(url: str, tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/lost.db", tmp_path / "archive"):
        pass
    with pytest.raises(ConfigError, match=r"is empty, and the archive .* is of one that was not"):
        opened(url, tmp_path / "archive").__enter__()
    with opened(url, tmp_path / "another archive"):
        pass


def test_a_database_beside_the_archive_of_another(url: str, tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/other.db", tmp_path / "theirs"), opened(url, tmp_path / "ours"):
        pass
    with pytest.raises(ConfigError, match="is not that of the database"):
        opened(url, tmp_path / "theirs").__enter__()


def test_an_archive_that_is_lost_can_be_done_without(url: str, tmp_path: Path) -> None:
    """As the message says: whoever writes the mark by hand goes on."""
    with opened(url, tmp_path / "archive") as store:
        mark = mark_of_archive(store.archive)
    with pytest.raises(ConfigError, match=f"write {mark} into {tmp_path}/new/hub.mark"):
        opened(url, tmp_path / "new").__enter__()
    (tmp_path / "new" / "hub.mark").write_text(mark)
    with opened(url, tmp_path / "new"):
        pass


def test_several_may_start_at_once(url: str, tmp_path: Path) -> None:
    marks: list[str] = []

    def start() -> None:
        with opened(url, tmp_path / "archive") as store:
            marks.append(mark_of_archive(store.archive))

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(marks) == 6
    assert len(set(marks)) == 1
    with opened(url, tmp_path / "archive"):
        pass
