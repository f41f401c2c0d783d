"""The doctor: looks at everything that a hub needs, and says how to mend what is wrong.

It changes nothing. What it asks of the outside comes in as callables (`Instruments`), so each can be
tried by itself; `instruments` makes the real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from msgspec import Struct

from hub.doctor import configuration, machine, outside
from hub.doctor.check import Check, Status
from hub.doctor.odoo_names import missing_names
from hub.erp.port import Capabilities
from hub.model.finding import Finding
from hub.model.partner import Partner
from hub.opening import make_archive, make_store
from hub.profiles import erp_names, load_partners
from hub.secrets import Secrets
from hub.settings import Settings
from hub.store import Outage, Store, StuckFile
from hub.store.pairing import MARK
from hub.store.revision import Revision, read_revision
from hub.transports.opening import open_mailbox

__all__ = ["Check", "Instruments", "Status", "examine", "instruments"]


class Instruments(Struct, frozen=True):
    """How the doctor looks outside. Each may raise ConfigError, Retryable or Undeliverable."""

    partners: Callable[[], tuple[Mapping[str, Partner], tuple[Finding, ...]]]
    secrets: Secrets
    revision: Callable[[], Revision]
    noted: Callable[[], tuple[list[Outage], list[StuckFile]]]  # what running processes told in the store
    odoo: Callable[[], Capabilities]
    names: Callable[[], tuple[Finding, ...]]  # names of the profiles that Odoo does not have
    mailbox: Callable[[Partner], list[str]]  # open, probe, close
    try_to_write: Callable[[], object] = bool  # in the database; nothing is kept of it
    read_newest: Callable[[], object] = bool  # the payload that came last


def instruments(settings: Settings, environ: Mapping[str, str]) -> Instruments:
    """Return the real instruments for a hub."""
    secrets = Secrets(Path(settings.paths.secrets), environ)

    def ask_store() -> tuple[list[Outage], list[StuckFile]]:
        revision = read_revision(settings.store.url)
        if not revision.current or revision.behind:
            return [], []  # nothing of this version has run here yet
        store = make_store(settings, environ=environ)
        try:
            with store.read() as tx:
                return tx.outages(), tx.stuck()
        finally:
            store.close()

    def ask_odoo() -> Capabilities:
        from hub.wiring import make_erp  # late: a hub on the practice Odoo needs no gateway here

        gateway = make_erp(settings, secrets)
        try:
            return gateway.probe()
        finally:
            gateway.close()

    def ask_names() -> tuple[Finding, ...]:
        from hub.wiring import make_erp

        gateway = make_erp(settings, secrets)
        try:
            return tuple(missing_names(erp_names(Path(settings.paths.partners)), gateway))
        finally:
            gateway.close()

    def try_mailbox(partner: Partner) -> list[str]:
        spool, root = Path(settings.paths.inbox), Path(settings.sftp_server.root)
        mailbox = open_mailbox(partner, spool, root, secrets)
        try:
            return mailbox.probe()
        finally:
            mailbox.close()

    return Instruments(
        partners=partial(load_partners, Path(settings.paths.partners)),
        secrets=secrets,
        revision=partial(read_revision, settings.store.url),
        noted=ask_store,
        read_newest=partial(_read_newest, settings, environ),
        odoo=ask_odoo,
        names=ask_names,
        mailbox=try_mailbox,
        try_to_write=partial(_try_to_write, settings),
    )


def _try_to_write(settings: Settings) -> None:
    """Write to a database that has its tables, and take it back. Raises Retryable."""
    if not read_revision(settings.store.url).current:
        return
    store = Store(settings.store.url, make_archive(settings))
    try:
        store.probe(keep=False)
    finally:
        store.close()


def _read_newest(settings: Settings, environ: Mapping[str, str]) -> None:
    """Read the payload that came into a row last. Raises Undeliverable."""
    if not read_revision(settings.store.url).current:
        return
    store = make_store(settings, environ=environ)
    try:
        with store.read() as tx:
            row = tx.newest_row_payload()
        if row is not None:
            store.archive.from_row(row.body, row.sha256, row.size)
    finally:
        store.close()


def examine(settings: Settings, tools: Instruments, *, connect: bool = False) -> list[Check]:
    """Look at everything; with `connect` also at each partner's server."""
    return list(_checks(settings, tools, connect=connect))


def _checks(settings: Settings, tools: Instruments, *, connect: bool) -> Iterator[Check]:
    partners, findings = tools.partners()
    yield from machine.python_version()
    yield from machine.ports(settings)
    yield from machine.web_password(settings)
    yield from machine.folders(settings)
    yield from machine.disk(settings)
    yield from machine.privacy(settings)
    yield from configuration.profiles(partners, findings)
    yield from configuration.dictionaries(Path(settings.paths.dictionaries))
    yield from configuration.secrets_kept(configuration.references(settings, partners), tools.secrets)
    found = list(outside.database(tools.revision, mark=Path(settings.store.archive) / MARK))
    yield from found
    if found[0].status is not Status.FAIL:
        yield from outside.writable(tools.try_to_write)
        yield from outside.noted(tools.noted)
        yield from outside.payloads(tools.read_newest)
    if settings.uses_practice:
        yield Check("odoo", Status.OK, "the practice Odoo stands in; set [odoo] url for a real one")
    else:
        found = list(outside.odoo(tools.odoo))
        yield from found
        if found[0].status is Status.OK:
            yield from outside.names(tools.names)
    for key, partner in partners.items() if connect else ():
        yield from outside.partner_connection(key, partial(tools.mailbox, partner))
