"""A trading partner as its profile describes it, with every default filled in.

`hub.profiles` makes these from partners/*.toml; the field names here are the keys of the file. Each
attribute's comment is the help text of that key. Durations are seconds (the file says "4h", "30m").
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct, field

from hub.model.documents import DocType
from hub.model.record_types import RecordType

#: How `isa` keys are written: a qualifier of two characters (ISA05), a colon, an id of up to 15 (ISA06).
INTERCHANGE_ID = re.compile(r"[0-9A-Z]{2}:[^\s*~:][^*~:]{0,14}")


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a profile."""


class Owner(_Table, frozen=True, kw_only=True):
    """Whom to call on our side."""

    business: str = ""  # mail address that gets business exceptions (holds)
    technical: str = ""  # mail address that gets technical failures


class Identity(_Table, frozen=True, kw_only=True):
    """How the partner and we are called in envelopes and in Odoo."""

    isa: str = ""  # theirs, "qualifier:id" as they write it
    gs: str = ""  # theirs in GS, only where it differs from the ISA id
    our_isa: str = ""  # ours towards this partner; default: hub.toml [company] isa
    our_gs: str = ""  # ours in GS; default: the id of our_isa
    odoo: str = ""  # res.partner `ref` of the partner in Odoo; default: the profile's name


class Transport(_Table, frozen=True, kw_only=True):
    """Where files come from and go to."""

    kind: Literal["embedded", "sftp", "folder"] = "embedded"  # our SFTP server, theirs, or a folder here
    # embedded: an account on our own SFTP server
    user: str = ""  # login name (embedded: default the profile's key)
    public_keys: tuple[str, ...] = ()  # embedded: OpenSSH public keys, or references file:NAME
    quota_bytes: int = 0  # embedded: what they may leave before it is picked up; 0: as hub.toml says
    quota_files: int = 0  # embedded: how many files; 0: as hub.toml says
    password: str = ""  # a reference (env:NAME, file:NAME), never a value
    # sftp: we go to their server
    host: str = ""  # sftp: name or address of their server
    port: int = 22  # sftp: port of their server
    key: str = ""  # reference to our private key
    host_key: tuple[str, ...] = ()  # SHA256:... fingerprints; two while a key is rotated
    # sftp and folder
    inbox: str = "outbound"  # where they put files for us (their view: outbound); folder: a path
    outbox: str = "inbound"  # where we put files for them
    archive: str = "archive"  # where a picked-up file is moved; "" = delete it after pickup
    include: tuple[str, ...] = ("*",)  # file name patterns to pick up
    exclude: tuple[str, ...] = ()  # file name patterns to leave alone
    poll_seconds: float = 30.0  # pause between two polls
    settle_seconds: float = 2.0  # size and time must not change for so long before a file is read
    max_bytes: int = 100_000_000  # larger files are quarantined unread
    wait_for: str = ""  # ending of done files, e.g. ".done": a.edi is read when a.edi.done or a.done is there
    stuck_after: float = 3600.0  # a file that lies unread for so long is named to operators
    write: Literal["rename", "direct"] = "rename"  # direct: servers that whisk files away on close
    verify: Literal["hash", "size"] = "hash"  # read back what we wrote before they see it; size: do not
    announce: str = ""  # ending of an empty file that we put beside each of ours when it is whole
    name: str = "{document}_{number}_{control}.{ext}"  # file name of what we send


class X12Settings(_Table, frozen=True, kw_only=True):
    """The dialect of X12 that we speak with this partner."""

    release: str = "004010"  # GS08 of what we send
    version: str = ""  # ISA12 of what we send; default: 00401 for 004010, 00501 for 005010 ...
    element: str = "*"  # separator between elements
    component: str = ">"  # separator within composite elements (ISA16)
    repetition: str = "^"  # used from release 00402
    segment: str = "~"  # segment terminator
    newline: bool = True  # a line feed after each segment, for people's eyes
    other_separators: bool = False  # take others for a document of ours whose data holds one of these
    technical_ack: Literal["asked", "always", "never", "on_error"] = "asked"  # TA1: asked = when ISA14 is 1
    iea_mismatch: Literal["note", "refuse"] = "note"  # IEA02 is not ISA13: TA1 says E and it is taken, or R
    functional_ack: Literal["997", "999", "none"] = "997"  # what answers each functional group
    ack_release: str = ""  # GS08 of the 997 or 999; default: the release of the group (999: at least 005010)
    ack_detail: Literal["all", "rejected"] = "all"  # AK2 for every set or only for rejected ones
    partial: Literal["accept", "hold_all"] = "accept"  # one bad set: post the others, or reject the group
    ask_technical_ack: bool = False  # our ISA14
    duplicate_days: int = 365  # window in which a repeated ISA13 is a duplicate
    wrapped: bool = False  # their files are cut into lines, e.g. of 80 columns: line ends are taken out
    encoding: str = ""  # of files, both ways: a Python codec, e.g. cp037 (EBCDIC); empty: ASCII, UTF-8 or -16


class CsvSettings(_Table, frozen=True, kw_only=True):
    """The dialect of flat files (CSV, fixed width, Excel), both ways. A map file's own [csv] table wins over it."""

    separator: str = ","  # between columns; empty: detect among , ; tab and | (written: ,)
    quote: str = '"'  # around cells that hold a separator or line end, doubled inside; empty: none
    escape: str = ""  # before a quotation mark inside a cell, where they don't double it, e.g. a backslash
    encoding: str = ""  # empty: detect (BOM, UTF-8, then cp1252)
    decimal: Literal[".", ","] = "."  # the decimal mark of numbers
    thousands: Literal["", ".", ",", " ", "'"] = ""  # empty: taken only where a decimal mark leaves no doubt
    signs: Literal["leading", "trailing", "overpunched"] = "leading"  # where the sign of a number stands
    date_format: str = "%Y-%m-%d"  # how dates are written, in strftime marks; others they use follow after |
    header: bool = True  # does the first row hold the names of the columns? (fixed width: never)
    titles: Literal["loose", "exact"] = "loose"  # loose: case and blanks of column names do not matter
    skip: int = 0  # lines before the first row that are not read
    comment: str = ""  # lines that begin with it are not read, e.g. #
    ignore: tuple[str, ...] = ()  # rows whose first filled cell is like this are not read, e.g. "total*"
    sheet: str = ""  # Excel: the sheet by its name, or #2 for the second; empty: the first
    workbook: bool = False  # write Excel (.xlsx) instead of text; what is read is known by its bytes
    bad_rows: Literal["reject", "hold"] = "reject"  # a document with a bad row goes back, or is held
    formulas: Literal["keep", "quote", "refuse"] = "keep"  # our text that a sheet takes for a formula


class XmlSettings(_Table, frozen=True, kw_only=True):
    """The dialect of XML that we write, and how the two sides are called in cXML."""

    dialect: str = ""  # hub (our own plain XML), ubl, peppol or cxml; one document's own goes before
    our_id: str = ""  # cXML: our identity as "domain:identity", e.g. "NetworkID:AN01000000001"
    their_id: str = ""  # cXML: the partner's, written alike
    login: str = ""  # cXML: the sender's credential, where it is not our_id
    secret: str = ""  # cXML: reference to the shared secret of that credential (env:NAME, file:NAME)
    their_secret: str = (
        ""  # cXML: reference to the secret that their files must name; empty: it is not asked for
    )
    receipt: Literal["all", "rejected", "never"] = (
        "all"  # which of their files we answer (cXML: by a Response)
    )
    our_endpoint: str = ""  # Peppol: our electronic address as "scheme:id", e.g. "0088:7300010000001"
    their_endpoint: str = ""  # Peppol: the partner's, written alike
    agent: str = "partner-hub"  # cXML: the user agent that we name
    host: str = "partner-hub"  # cXML: what stands after the @ of our payload ids


class Crosswalks(_Table, frozen=True, kw_only=True):
    """Paths of crosswalk tables (columns: theirs, ours[, factor]), relative to the partners folder; bases of prices."""

    item: str = ""  # their item number -> our SKU
    ship_to: str = ""  # their place -> reference of our delivery address
    unit: str = ""  # their unit -> our unit, with a factor where they count in packs
    charge: str = (
        ""  # their allowance or charge (SAC02) -> our product, for bills of suppliers also our account
    )
    price_basis: dict[str, int] = field(
        default_factory=dict
    )  # what their prices are for, for codes that we do not know (PO105): { "ZH" = 100 } of the line's unit


class OrderRules(_Table, frozen=True, kw_only=True):
    """What a customer may order. Quantities are in our unit, after the crosswalk; items go by our code."""

    minimum: dict[str, int] = field(default_factory=dict)  # least of a line: { "HUB-1001" = 6, "*" = 1 }
    multiple: dict[str, int] = field(
        default_factory=dict
    )  # a line is a multiple of so many: { "HUB-1001" = 12 }
    lead_days: int = 0  # how many days ahead a delivery (or shipping) is to be asked for; 0: any day will do
    cancel_after: Literal["hold", "ignore"] = "hold"  # the day after which they do not want it has passed
    unknown_item: Literal["hold", "note"] = "hold"  # note: the rest goes on, the 855 rejects the line
    breach: Literal["hold", "refuse"] = (
        "hold"  # a line that breaks a rule; refuse: the rest goes on without it
    )
    total: str = (
        "0.1%"  # their total (AMT TT) and their lines may differ by so much, or "0.50"; empty: not compared
    )
    confirm_up_to: int = (
        0  # a person confirms what is worth more, at their prices; 0: the hub confirms any order
    )


class Accept(_Table, frozen=True, kw_only=True):
    """How far a supplier's answer, what they ship or bill, may depart from our order and be written without asking."""

    price: str = (
        ""  # so far from ours: "2%", or "0.05" a unit; default: not at all, invoices: as prices are rounded
    )
    quantity: str = (
        ""  # by so much: "10%", or "5" of the order's unit; default: not at all. None at all is held
    )
    days: int = -1  # promised so many days after the day we asked for; default: any day is taken


class Receive(_Table, frozen=True, kw_only=True):
    """One kind of document that the partner sends us."""

    format: str = ""  # x12 | csv | xml; default: the profile's `format`
    match: str = ""  # file name pattern that tells this document where the content does not (CSV)
    must: dict[str, str] = field(default_factory=dict)  # "PO106" = "UP": element must be there (and be this)
    codes: dict[str, str] = field(default_factory=dict)  # X12: "PO103" = "EA|CA": one of these, if there
    max: dict[str, int] = field(default_factory=dict)  # X12: "BEG03" = 10 characters, "N1" = 5 times at most
    forbid: tuple[str, ...] = ()  # X12: segments and elements that may not be there, e.g. "SAC", "PO109"
    gaps: Literal["warning", "error"] = "warning"  # X12: what our dictionary lacks and the standard may allow
    dialect: str = ""  # XML: ubl, peppol, cxml ...; empty: any that we know
    xsd: str = ""  # XML: a schema that it must keep, relative to the partners folder
    map_file: str = ""  # a whole map of the partner's own, relative to the partners folder
    map: dict[str, str] = field(default_factory=dict)  # single lines of the map: canonical path = place
    when: str = (
        ""  # goes to Odoo: at once, "hourly" (from :00 to :05), or in a window of the day, "22:00-05:00"
    )
    crosswalk: Crosswalks = Crosswalks()
    item_trust: tuple[
        str, ...
    ] = ()  # whose item numbers count, best first (see docs/documents.md); default: by the kind of document
    price: str = "partner"  # partner | pricelist | tolerance N%
    sdq: Literal["hold", "one_order", "order_per_store"] = (
        "hold"  # orders by store (SDQ): ask, all to the one address, or a sale order for each store
    )
    warehouse: str = ""  # warehouse orders: short name of our warehouse in Odoo where we keep their goods
    validate: Literal["never", "when_exact", "always"] = (
        "never"  # warehouse advices: validate in Odoo by ourselves?
    )
    damaged: str = (
        ""  # 944: location in Odoo for damaged goods, e.g. "WH/Quarantine"; default: a person decides
    )
    confirm: Literal["never", "when_clean"] = "never"  # confirm the order in Odoo by ourselves?
    changes: Literal["", "apply", "hold"] = ""  # order changes: default apply; orders that restate one: hold
    change_quantity: Literal["total", "delta"] = (
        "total"  # what 860 QI and QD count: the new total, or the difference
    )
    cancel: Literal["hold", "when_unshipped"] = "hold"  # a cancelled order: a person decides, or we do
    rules: OrderRules = OrderRules()  # orders: what may be ordered, and what becomes of the rest
    accept: Accept = (
        Accept()
    )  # 855, 865, 856, invoices: what departs from our order and is taken without asking
    patience: float = 900.0  # order changes: how long one waits for its order ("15m") before it is held
    unknown: Literal["skip", "hold"] = (
        "skip"  # 846, 832: a line whose item we do not have: leave it out, or hold all
    )
    scope: Literal["", "full", "delta"] = (
        ""  # 846: what theirs is, whatever it says; full: what is not named is gone
    )
    push: Literal["", "supplierinfo"] = (
        ""  # 846: write it on their supplier prices in Odoo too, see docs/supply.md
    )
    limit: Literal["ordered", "received"] = "ordered"  # invoices: what may be billed without a hold
    differences: Literal["note", "hold"] = "note"  # 820, 861: what differs from ours is told, or holds it
    short_pay: str = "0%"  # 820: so much of what is open of an invoice may be missing without a word
    price_jump: str = (
        ""  # 832: hold the list where a price changes by more, e.g. "20%"; empty: take every price
    )


class Assortment(_Table, frozen=True, kw_only=True):
    """846, 832: which products a customer is told of, and how much of them."""

    listing: Literal["crosswalk", "pricelist", "all"] = "crosswalk"  # all: every product that is sold
    warehouses: tuple[str, ...] = ()  # 846: short names in Odoo, e.g. "WH"; none: all together
    by_warehouse: bool = False  # 846: tell each warehouse's quantity apart
    allocation: str = "100%"  # 846: the part of what is free that is theirs
    safety_stock: int = 0  # 846: so many are kept back of each product, before the allocation
    scope: Literal["full", "delta"] = "full"  # 846: delta: only what differs from the last one that was sent


class Send(_Table, frozen=True, kw_only=True):
    """One kind of document that we send the partner."""

    format: str = ""  # x12 | csv | xml; default: the profile's `format`
    release: str = ""  # X12 release of this document; default: [x12] release
    warehouse: str = ""  # warehouse orders: short name of our warehouse in Odoo that this partner keeps
    set: str = ""  # X12 set, where several carry such a document: "875" for orders; default: the usual one
    must: dict[str, str] = field(default_factory=dict)  # "IT106" = "UP"
    codes: dict[str, str] = field(default_factory=dict)  # X12: "IT103" = "EA|CA": one of these, if there
    max: dict[str, int] = field(default_factory=dict)  # X12: "BIG02" = 10 characters, "N1" = 5 times at most
    forbid: tuple[str, ...] = ()  # X12: segments and elements that we may not send, e.g. "SAC", "IT108"
    gaps: Literal["warning", "error"] = "warning"  # X12: what our dictionary lacks and the standard may allow
    dialect: str = ""  # XML: ubl, peppol, cxml ...; empty: [xml] dialect
    xsd: str = ""  # XML: a schema that it must keep, relative to the partners folder
    map_file: str = ""  # a whole map of the partner's own, relative to the partners folder
    map: dict[str, str] = field(default_factory=dict)  # single lines of the map: canonical path = place
    crosswalk: Crosswalks = Crosswalks()  # used right to left
    over: str = (
        ""  # 856: so much more than ordered may be shipped of a line: "5%", or a quantity; default: none
    )
    availability: Literal["ordered", "stock"] = (
        "ordered"  # 855; stock: what stock does not cover is backordered
    )
    change_quantity: Literal["total", "delta"] = (
        "total"  # 860: POC03 with QI and QD: the new total, or the difference
    )
    quiet: float = 0.0  # 860: how long ("5m") we wait for further edits of the purchase order before we tell
    labels: Literal["as_packed", "generate", "write"] = (
        "as_packed"  # 856: SSCCs for packages without; write: in Odoo
    )
    carriers: dict[str, str] = field(
        default_factory=dict
    )  # "UPS Ground" = "UPSN": shipping method in Odoo = SCAC
    structure: Literal["", "SOPI", "SOTPI", "SOIP", "SOI"] = ""  # 856; default: as it is packed
    several_orders: Literal["hold", "split", "lines"] = (
        "hold"  # invoices: one an order, or the order at each line
    )
    after: Literal["", "ship_notice_accepted"] = ""  # invoices: not before their 997 accepts the ship notices
    patience: float = 172800.0  # invoices that wait (`after`): how long ("2d") before a person is asked
    method: str = "ach"  # 820: how we pay where Odoo does not say: ach, check, wire or a code of element 591
    every: float = 0.0  # 846, 832: send one this often, e.g. "1d", counted from `at`
    at: str = ""  # 846, 832: first time of day on this machine's clock, e.g. "06:00"; default: midnight
    assortment: Assortment = Assortment()  # 846, 832: which products


class TheyOwe(_Table, frozen=True, kw_only=True):
    """What the partner promised. Seconds; 0 = no promise."""

    functional_ack: float = 0.0  # 997 or 999, after our document was sent
    order_acknowledgment: float = 0.0  # 855, after our order was sent; not used yet: no clock runs
    ship_notice: float = 0.0  # 856, after our order was sent; not used yet: no clock runs


class WeOwe(_Table, frozen=True, kw_only=True):
    """What we promised. Seconds; 0 = no promise. `ship_notice` may be the words "before departure"."""

    functional_ack: float = 0.0  # 997 or 999, after their document came; not used yet: no clock runs
    order_acknowledgment: float = 0.0  # 855, after their order came; not used yet: no clock runs
    ship_notice: str = ""  # 856: "before departure", or time after departure; not used yet: no clock runs
    invoice: float = 0.0  # 810, after the goods left; not used yet: no clock runs


class Obligations(_Table, frozen=True, kw_only=True):
    """Who owes whom which answer by when."""

    we_owe: WeOwe = WeOwe()
    they_owe: TheyOwe = TheyOwe()


#: Seconds for which traffic is kept at least: answers, repeats and redrives need it (30 days).
SHORTEST_RETENTION = 30 * 86_400.0


class Retention(_Table, frozen=True, kw_only=True):
    """How long what was exchanged is kept, counted from the last thing that happened to it; see docs/retention.md."""

    payloads: float = (
        0.0  # files and documents, e.g. "400d"; 0: as [retention] of hub.toml says, else for ever
    )
    log: float = (
        0.0  # rows of the log, e.g. "7y"; their payloads go with them; 0: as hub.toml says, else for ever
    )


class Partner(_Table, frozen=True, kw_only=True):
    """A trading partner: one profile file with its templates merged in."""

    key: str  # the file's name without .toml; names folders, lanes and accounts
    name: str  # the partner, as people call it; X12 and Odoo do not see it
    status: Literal["testing", "live", "paused"] = "testing"  # testing: ISA15 is T, nothing is posted
    format: Literal["x12", "csv", "xml"] = "x12"  # what we speak, where an agreement says no other
    company: str = ""  # name of our company in Odoo that trades with them; default: the service user's own
    owner: Owner = Owner()
    identity: Identity = Identity()
    transport: Transport = Transport()
    x12: X12Settings = X12Settings()
    csv: CsvSettings = CsvSettings()
    xml: XmlSettings = XmlSettings()
    receive: dict[DocType, Receive] = field(default_factory=dict)
    send: dict[DocType, Send] = field(default_factory=dict)
    obligations: Obligations = Obligations()
    retention: Retention = Retention()
    records: dict[str, RecordType] = field(default_factory=dict)  # see docs/records.md

    def crosswalks(self, document: DocType) -> Crosswalks:
        """Return the tables for what they send; a change of an order without tables of its own has the order's."""
        own = self.receive[document].crosswalk
        if document is not DocType.ORDER_CHANGE or own != Crosswalks():
            return own
        return self.receive.get(DocType.PURCHASE_ORDER, Receive()).crosswalk

    def crosswalks_back(self, document: DocType) -> Crosswalks:
        """Return the tables for what we send; a change of an order without tables of its own has the order's."""
        own = self.send[document].crosswalk
        if document is not DocType.ORDER_CHANGE or own != Crosswalks():
            return own
        return self.send.get(DocType.PURCHASE_ORDER, Send()).crosswalk

    @property
    def ack_due_seconds(self) -> float:
        """Return how long the partner may take for a functional acknowledgment; 0 when none is owed."""
        return self.obligations.they_owe.functional_ack
