"""Places for a hub, with and without a log, on either database; and backups that somebody has tampered with."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hub.backup import Plan, Restored, restore, write_backup
from hub.model.exchange import State
from hub.model.finding import Finding
from hub.opening import make_store
from hub.settings import load_settings
from hub.store import Store
from hub.store.story import SMALL_BYTES
from tests.support.store import MovableClock, add_invoice, add_order, postgres_database

#: What becomes of a member: its name and bytes, or None.
Change = Callable[[str, bytes], tuple[str, bytes] | None]

PROFILE = '[identity]\nisa = "ZZ:ACME"\n'


class Place:
    """The folder of a hub, and its database."""

    def __init__(self, home: Path, url: str = "") -> None:
        self.home, self.clock = home, MovableClock()
        self.environ = {"HUB_STORE__URL": url} if url else {}
        home.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def store(self) -> Iterator[Store]:
        store = make_store(load_settings(self.home, self.environ), self.clock)
        yield store
        store.close()

    def backup(self, file: Path) -> Path:
        with self.store() as store:
            write_backup(
                store, load_settings(self.home, self.environ), self.home, file, now=datetime.now(UTC)
            )
        return file

    def restore(self, file: Path, plan: Plan = Plan()) -> Restored:  # noqa: B008 - immutable
        return restore(file, self.home, self.environ, plan, clock=self.clock)

    def rows(self) -> dict[str, list[list[object]]]:
        """Return everything that the database holds."""
        with self.store() as store, store.read() as tx:
            return {table: list(tx.table_rows(table)) for table in tx.tables()}

    def payloads(self) -> dict[str, bytes]:
        """Return every payload by its SHA-256: those that the archive has, and those that are in their rows."""
        with self.store() as store, store.read() as tx:
            found = {name: store.archive.get(name) for name in tx.payload_names()}
            rows = tx.row_payloads(0)
            return found | {
                row.sha256: store.archive.from_row(row.body, row.sha256, row.size) for row in rows
            }


#: Too much for a row: it is in the archive, as the files are; the three orders are in their rows.
SENT = b"ISA..." * SMALL_BYTES


@contextmanager
def place(kind: str, home: Path) -> Iterator[Place]:
    """Give an empty place on `sqlite` or on `postgresql`."""
    if kind == "sqlite":
        yield Place(home)
        return
    with postgres_database() as url:
        yield Place(home, url)


def fill(where: Place, orders: int = 3) -> None:
    """Let a place have profiles and a log: orders that are posted, and an invoice that is acknowledged."""
    (where.home / "partners" / "acme").mkdir(parents=True)
    (where.home / "partners" / "acme.toml").write_text(PROFILE)
    (where.home / "partners" / "acme" / "items.csv").write_text("theirs,ours\nä,b\n")
    (where.home / "secrets").mkdir()
    (where.home / "secrets" / "odoo_key").write_text("never in a backup")
    (where.home / "hub.toml").write_text('[company]\nname = "Ours"\n')
    with where.store() as store:
        for number in range(orders):
            with store.begin() as tx:
                sha256 = store.archive.put(b"file %d" % number)
                tx.add_transmission(
                    partner="acme",
                    channel="folder",
                    name=f"ö{number}",
                    sha256=sha256,
                    size=6,
                    state=State.OPENED,
                )
                made = add_order(tx, f"PO-{number}", state=State.POSTED)
                tx.put_artifact(made.id, "payload", b"order %d" % number)
                tx.add_findings([Finding("x.y", f"ünsinn {number}")], exchange_id=made.id, stage="check")
                tx.book_posting(f"key{number}", made.id, record=None, state="posted")
        with store.begin() as tx:
            number = tx.next_control("isa:a>b")
            sent = add_invoice(tx, "invoice:1", state=State.ACKNOWLEDGED)
            assert sent is not None
            tx.record_control("isa:a>b", number, sent.id, "invoice")
            tx.put_artifact(sent.id, "sent", SENT)
            tx.claim_lane("acme:out", "a worker that was killed", 3600)
            tx.claim_pickup("acme", "late.edi", 12, 1.5)


def tampered(file: Path, change: Change) -> Path:
    """Return a copy of a backup in which each member is what `change` makes of it (None: it is left out)."""
    copy = file.with_name(f"tampered-{file.name}")
    with (
        tarfile.open(file, "r:gz") as old,
        gzip.open(copy, "wb") as packed,
        tarfile.open(fileobj=packed, mode="w|") as new,
    ):
        for info in old:
            source = old.extractfile(info)
            assert source is not None
            changed = change(info.name, source.read())
            if changed is not None:
                entry = tarfile.TarInfo(changed[0])
                entry.size = len(changed[1])
                new.addfile(entry, io.BytesIO(changed[1]))
    return copy
