"""wiring: put the parts of a hub together, from settings. Nothing is started here.

A new transport, format or store is made known in this file and nowhere else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from msgspec import structs

from hub.advising import Advising
from hub.books import PartnerBook, TableShelf
from hub.breaker import Breaker
from hub.clockwatch import ClockWatch
from hub.desk import Desk
from hub.erp.odoo import OdooGateway, OdooSettings
from hub.erp.port import ErpGateway
from hub.formats import Formats
from hub.heart import Heart
from hub.model.documents import DOCUMENTS, DocType
from hub.model.envelope import Address, UnwrappedSet
from hub.model.errors import ConfigError
from hub.model.finding import Finding
from hub.model.partner import Partner, Receive, Retention
from hub.noticing import Noticer
from hub.opening import make_store, utc_now
from hub.operations import Operations
from hub.outages import Outages
from hub.pickup import Pickup
from hub.pipeline import Pipeline
from hub.reconciling import Reconciler
from hub.retaining import Retaining
from hub.scheduling import Scheduler
from hub.secrets import Secrets
from hub.settings import Paths, Settings
from hub.stages.addresses import Company, find_sender
from hub.store import Store
from hub.storing import Storing, places_of
from hub.transports.opening import open_mailbox
from hub.transports.port import Mailbox
from hub.transports.sftp_session import Sessions
from hub.trial import Trial, anybody, try_file
from translators.csv.tracing import CsvTracer
from translators.csv.translator import CsvTranslator
from translators.port import Receipting
from translators.records.translator import RecordsTranslator
from translators.tracing import Trace, Tracer
from translators.x12.acks.acknowledger import X12Acknowledger
from translators.x12.own_dictionaries import library_with
from translators.x12.tracing import X12Tracer
from translators.x12.translator import X12Translator
from translators.xml.tracing import XmlTracer
from translators.xml.translator import XmlTranslator, no_secret


def make_formats(paths: Paths, secrets: Secrets | None = None) -> Formats:
    """Return every format that the hub speaks, with the partners' own maps and the user's own dictionaries.

    Without `secrets` nothing can be written that holds one (the login of a cXML file).
    """
    partners = Path(paths.partners)
    csv, xml = CsvTranslator(partners), XmlTranslator(partners, secrets.text if secrets else no_secret)
    x12 = X12Translator(library_with(Path(paths.dictionaries)))
    records = RecordsTranslator(partners)
    receipting: dict[str, Receipting] = {"csv": csv, "xml": xml, "records": records}
    return Formats((x12, xml, csv, records), acknowledger=X12Acknowledger(), receipting=receipting)


def make_tracers(paths: Paths) -> Mapping[str, Tracer]:
    """Return what tells of the maps of each format, by its name."""
    partners = Path(paths.partners)
    return {"x12": X12Tracer(), "xml": XmlTracer(partners), "csv": CsvTracer(partners)}


def make_company(settings: Settings) -> Company:
    """Return how we are called."""
    return Company(
        name=settings.company.name,
        isa=settings.company.isa,
        gs=settings.company.gs,
        gs1_prefix=settings.company.gs1_prefix,
    )


def make_advising(settings: Settings) -> Advising:
    """Return what tells partners of rejected documents, for a command that works beside a running hub."""
    folder = Path(settings.paths.partners)
    formats = make_formats(settings.paths)
    return Advising(
        PartnerBook(folder), make_company(settings), formats.acknowledger, formats.by_name, utc_now
    )


def make_retaining(
    settings: Settings, store: Store, partners: PartnerBook, clock: Callable[[], datetime] = utc_now
) -> Retaining:
    """Return what removes the payloads and rows that have been kept for long enough."""
    default = Retention(payloads=settings.retention.payloads, log=settings.retention.log)
    return Retaining(store, partners, default, clock)


def make_erp(settings: Settings, secrets: Secrets, breaker: Breaker | None = None) -> ErpGateway:
    """Return the gateway to the Odoo of the settings."""
    odoo = settings.odoo
    return OdooGateway(
        OdooSettings(
            url=odoo.url,
            database=odoo.database,
            key=secrets.text(odoo.key) if odoo.key else "",
            login=odoo.login,
            api=odoo.api,
            read_seconds=odoo.timeout,
            concurrency=odoo.concurrency,
        ),
        breaker,
    )


class Hub:
    """All parts of one hub, made from settings; `hub.serving` starts them."""

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        erp: ErpGateway | None = None,
        clock: Callable[[], datetime] = utc_now,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings, self.clock = settings, clock
        self.secrets = Secrets(Path(settings.paths.secrets), environ)
        self.store = make_store(settings, clock, environ)
        self.partners = PartnerBook(Path(settings.paths.partners))
        self.formats = make_formats(settings.paths, self.secrets)
        self.tables = TableShelf(Path(settings.paths.partners))
        self.company = make_company(settings)
        self.outages = Outages(self.store, clock, seconds)
        self.breakers = self.outages.breakers
        self.erp = erp or make_erp(settings, self.secrets, self.breakers.of("Odoo"))
        self.desk = Desk(
            store=self.store,
            partners=self.partners,
            profiles_complete=self.partners.complete,
            company=self.company,
            formats=self.formats,
            tables=self.tables,
            erp=self.erp,
            open_mailbox=self.open_mailbox,
            clock=clock,
        )
        self._sessions = Sessions(self.breakers)
        self.nudge: Callable[[str], None] = lambda _lane: None
        self.heart = Heart(self.store)
        self.storing = self._make_storing(seconds)
        self.pipeline = Pipeline(self.store, self.desk, self.heart, settings.workers.bulk, self.storing)
        self.pickup = Pickup(self.store, Path(settings.paths.var) / "spool", self._nudge, self.storing)
        self.clock_watch = ClockWatch(self.store, clock, self.heart.lease_seconds, seconds)
        self.noticer = Noticer(self.store, self.desk, self._nudge)
        self.scheduler = Scheduler(self.store, self.desk, self._nudge)
        self.reconciler = Reconciler(self.store, clock)
        self.retaining = make_retaining(settings, self.store, self.partners, clock)
        self.operations = Operations(
            self.store,
            Advising(self.partners, self.company, self.formats.acknowledger, self.formats.by_name, clock),
        )

    def _nudge(self, lane: str) -> None:
        self.nudge(lane)

    def _make_storing(self, seconds: Callable[[], float]) -> Storing:
        places = places_of(self.settings)
        for folder in places.written.values():
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        return Storing(self.store, places, seconds)

    def open_mailbox(self, partner: Partner) -> Mailbox:
        """Return a partner's mailbox; nothing is connected yet."""
        inbox, server_root = Path(self.settings.paths.inbox), Path(self.settings.sftp_server.root)
        return open_mailbox(partner, inbox, server_root, self.secrets, self._sessions)

    def close(self) -> None:
        """Close mailboxes, the ERP's connections and the database."""
        self.heart.stop()
        self.desk.close()
        self.outages.stop()
        self.store.close()


class Trials:
    """Tries files against the profiles of a folder, without a store or Odoo, as if they came on the clock's day."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._partners = PartnerBook(Path(settings.paths.partners))
        self._shelf = TableShelf(Path(settings.paths.partners))
        self._formats = make_formats(settings.paths)
        self._tracers = make_tracers(settings.paths)
        self._company = make_company(settings)

    def run(self, data: bytes, name: str, key: str | None, *, any_sender: bool = False) -> Trial:
        """Try one file; raise ConfigError when no profile says who sent it."""
        partner = self._partner(data, name, key, any_sender=any_sender)
        tables = {d: self._shelf(r.crosswalk)[0] for d, r in partner.receive.items()}
        return try_file(
            data,
            name,
            partner=partner,
            formats=self._formats,
            tables=tables,
            company=self._company,
            today=self._clock().astimezone().date(),
        )

    def traces(
        self, data: bytes, name: str, key: str | None, document: DocType | None, *, any_sender: bool = False
    ) -> tuple[Trace, ...]:
        """Say of each document of a file what came from where; `document` is what a flat file holds.

        Raises ConfigError when no profile says who sent it.
        """
        partner = self._partner(data, name, key, any_sender=any_sender)
        if document is not None:
            agreed = partner.receive.get(document, Receive())
            partner = structs.replace(partner, receive={document: agreed})
        translator = self._formats.recognise(data[:4096]) or self._formats.by_name["csv"]
        opened = translator.unwrap(data, name, partner)
        sets = [one for i in opened.interchanges for group in i.groups for one in group.sets]
        return tuple(self._trace(one, partner, opened.findings) for one in sets) or (
            Trace(document=document or DocType.UNKNOWN, findings=opened.findings),
        )

    def _trace(self, one: UnwrappedSet, partner: Partner, of_the_file: tuple[Finding, ...]) -> Trace:
        tracer = self._tracers[one.envelope.format]
        _, trace = tracer.trace(one.payload, one.envelope, one.document, partner)
        return structs.replace(trace, findings=(*of_the_file, *one.findings, *trace.findings))

    def _partner(self, data: bytes, name: str, key: str | None, *, any_sender: bool) -> Partner:
        partners = self._partners()
        if key is not None:
            if key not in partners:
                raise ConfigError(f"there is no partner {key!r} that loads; `hub partner list` shows them")
            return partners[key]
        translator = self._formats.recognise(data[:4096])
        opened = translator.unwrap(data, name, None).interchanges if translator else ()
        for interchange in opened:
            found = find_sender(interchange.envelope, partners.values())
            if found is not None:
                return found
        if any_sender:
            envelope = opened[0].envelope if opened else None
            sender = envelope.sender if envelope else Address()
            receiver = envelope.receiver if envelope else Address()
            return anybody(sender, receiver, DOCUMENTS)
        raise ConfigError(f"{name}: no profile says who sent it; name one with --partner KEY, or use --any")
