"""Record types: any file-based flow by profile alone, as `[records.NAME]` of a partner's profile says it.

Rows of a CSV, or nodes of an XML, become or change records of one Odoo model (`direction = "in"`); the records of
a domain become a file on a schedule (`direction = "out"`). What is not named here is never read or written. The
field names are the keys of the file, each attribute's comment is the help text of that key. Durations are seconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Literal

from msgspec import Struct, field


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a record type."""


class FieldSource(_Table, frozen=True, kw_only=True):
    """Where one Odoo field comes from, and what is made of it. `"Hours"` is short for `{ column = "Hours" }`."""

    column: str = ""  # name of the column, "#3" for the third; XML: an XPath from the record's node
    value: str = ""  # the same for every record, in place of a column
    type: Literal["text", "decimal", "integer", "date", "datetime", "boolean"] = "text"  # what the cell holds
    format: str = ""  # of dates and times, in strftime marks; default: the record type's `date_format`
    codes: dict[str, str] = field(default_factory=dict)  # their code = ours; an unknown code refuses the row
    crosswalk: str = ""  # a table of codes (columns theirs, ours), relative to the partners folder
    factor: str = ""  # a number that a decimal is multiplied by, e.g. minutes to hours: "0.0166666667"
    default: str = ""  # in place of an empty cell
    required: bool = False  # an empty cell refuses the row
    empty: Literal["keep", "clear"] = "keep"  # an empty cell: leave Odoo's value alone, or empty it
    look_up: str = ""  # Odoo model whose record the cell names (many2one), e.g. "product.product"
    by: str = ""  # the field there that holds it, e.g. "default_code", or "external_id"
    within: dict[str, str] = field(default_factory=dict)  # further fields there and their values
    review: bool = False  # a change of it waits for an operator's release
    secret: bool = False  # masked in findings, differences and receipts, e.g. a bank account


class Lines(_Table, frozen=True, kw_only=True):
    """The lines of a record (a one2many field): rows with the same key, or nodes within the record's node."""

    key: tuple[str, ...] = ()  # columns that name a line within its record; default: its ordinal
    nodes: str = ""  # XML: the XPath of the lines, from the record's node
    fields: dict[str, str | FieldSource] = field(default_factory=dict)  # field of the line = its column


class Attached(_Table, frozen=True, kw_only=True):
    """A file kept on each record, with the day on which it expires."""

    column: str = ""  # holds the name of the file, which the partner sends beside this one
    match: str = ""  # file name pattern of such files, e.g. "*.pdf": they are kept and not opened
    own: bool = False  # attach the record's own rows, as they came
    expires: str = ""  # column with the day on which it expires
    format: str = ""  # how that day is written; default: the record type's `date_format`


class RecordType(_Table, frozen=True, kw_only=True):
    """One kind of record that a partner's files hold: how it is read, and what may be written where."""

    direction: Literal["in", "out"] = "in"  # in: files to Odoo; out: Odoo to files
    format: Literal["csv", "xml"] = "csv"  # of the file
    match: str = ""  # in: file name pattern by which it is known, e.g. "hours_*.csv"
    model: str = ""  # the Odoo model
    system_of_record: Literal["", "partner", "odoo"] = ""  # whose data it is: nobody writes against it
    owner: dict[str, str] = field(default_factory=dict)  # field = "odoo" or "partner", where it differs
    key: tuple[str, ...] = ()  # columns that name a record for good: they make its external id
    find_by: tuple[str, ...] = ()  # Odoo fields by which a record that is there already is found
    fields: dict[str, str | FieldSource] = field(default_factory=dict)  # Odoo field = its column
    lines: dict[str, Lines] = field(default_factory=dict)  # one2many field = its lines
    attachment: Attached = Attached()  # a file that is kept on each record
    policy: Literal["upsert", "create", "update"] = "upsert"  # may records be made, changed, or both?
    only_when: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # changed only while state = ["draft"]
    bad_rows: Literal["skip", "refuse_file"] = "skip"  # one bad row: take the others, or refuse the file
    batch: int = 500  # records that are one exchange of the log
    nodes: str = ""  # XML, in: XPath of the records' nodes, e.g. "/Hours/Entry"; out: ROOT/NODE to write
    namespaces: dict[str, str] = field(default_factory=dict)  # prefixes of the XPaths
    separator: str = ""  # CSV: between columns; default: the profile's [csv]
    encoding: str = ""  # CSV: default: the profile's [csv]
    decimal: Literal["", ".", ","] = ""  # decimal mark; default: the profile's [csv]
    date_format: str = ""  # default: the profile's [csv]
    zone: str = "UTC"  # time zone of dates with a time, e.g. "Europe/Oslo"; Odoo keeps UTC
    domain: str = ""  # out: which records, as Odoo writes domains in JSON: [["active", "=", true]]
    order: str = "id"  # out: their order
    changed: bool = False  # out: only what changed since the last file (write_date)
    when_empty: Literal["skip", "send"] = "skip"  # out: nothing to tell: no file, or one without rows
    name: str = "{record}_{date}_{time}.{ext}"  # out: name of the file
    every: float = 0.0  # out: a file this often, e.g. "1h" or "1d", counted from `at`
    at: str = ""  # out: first time of day in `zone`, e.g. "06:00"; default: midnight

    def source(self, name: str) -> FieldSource:
        """Return where an Odoo field comes from; raise KeyError for one that is not mapped."""
        return as_source(self.fields[name])

    @property
    def secrets(self) -> frozenset[str]:
        """Return the secret fields, those of lines as `bank_ids.acc_number`."""
        own = {name for name in self.fields if self.source(name).secret}
        below = {
            f"{field}.{name}"
            for field, lines in self.lines.items()
            for name, written in lines.fields.items()
            if as_source(written).secret
        }
        return frozenset(own | below)

    def owned_by_odoo(self, name: str) -> bool:
        """Say whether Odoo is the system of record of a field."""
        return self.owner.get(name, self.system_of_record) == "odoo"


def record_type_for(records: Mapping[str, RecordType], file: str) -> str:
    """Return the name of the record type that a file is of, by its name; empty when it is of none."""
    name = PurePosixPath(file).name.casefold()
    coming = ((key, kind) for key, kind in records.items() if kind.direction == "in" and kind.match)
    return next((key for key, kind in coming if fnmatchcase(name, kind.match.casefold())), "")


def kept_for(records: Mapping[str, RecordType], file: str) -> str:
    """Return the name of the record type whose records a file may be attached to; empty for none."""
    name = PurePosixPath(file).name.casefold()
    named = ((key, kind.attachment.match) for key, kind in records.items() if kind.attachment.match)
    return next((key for key, match in named if fnmatchcase(name, match.casefold())), "")


def as_source(written: str | FieldSource) -> FieldSource:
    """Return a line of a field map in its long form."""
    return FieldSource(column=written) if isinstance(written, str) else written


#: Models that no record type may write, by their beginning, and why.
_NEVER_WRITTEN = {
    "ir.": "it is how Odoo itself works: rights, code, jobs, files",
    "res.users": "it decides who may log in",
    "res.groups": "it decides who may do what",
    "res.company": "it is the company itself",
    "res.config": "it holds settings",
    "base.": "it belongs to Odoo's machinery",
    "base_": "it belongs to Odoo's machinery",
    "auth": "it decides who may log in",
    "bus.": "it belongs to Odoo's machinery",
    "mail.": "it sends messages to people",
    "fetchmail.": "it holds mail accounts",
    "payment.": "it moves money",
    "account.payment": "it moves money",
    "account.bank.statement": "it is what the bank says",
    "account.partial.reconcile": "it settles invoices",
    "account.full.reconcile": "it settles invoices",
}
#: Models that no record type may read either: they hold keys, or what people write to each other.
_NEVER_READ = (
    "ir.",
    "res.users",
    "auth",
    "base.",
    "base_",
    "mail.",
    "fetchmail.",
    "payment.",
    "res.config",
    "bus.",
)

#: Fields that decide more than a value: where a record stands is moved by people, or by Odoo's own buttons.
STATE_FIELDS = frozenset({"state", "parent_state", "payment_state", "stage_state", "invoice_status"})
#: The hub's own fields, and those that Odoo fills in by itself.
_AUTOMATIC = frozenset({"id", "display_name", "create_uid", "create_date", "write_uid", "write_date"})
#: Fields that give somebody rights, wherever they stand.
_RIGHTS = frozenset(
    {"groups_id", "group_ids", "password", "login", "user_ids", "api_key_ids", "signup_token"}
)

#: States in which a record is finished: nothing writes on it any more, whatever the record type says.
FINISHED = frozenset(
    {"posted", "done", "cancel", "cancelled", "paid", "in_payment", "sale", "purchase", "locked"}
)

MODEL_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
FIELD_NAME = re.compile(r"[a-z_][a-z0-9_]*")


def unwritable_model(model: str) -> str:
    """Return why no record type may write a model; empty when one may."""
    return next((why for start, why in _NEVER_WRITTEN.items() if model.startswith(start)), "")


def unreadable_model(model: str) -> str:
    """Return why no record type may read a model; empty when one may."""
    return "it holds what is nobody's business outside" if model.startswith(_NEVER_READ) else ""


def unwritable_field(name: str) -> str:
    """Return why no record type may write a field; empty when one may."""
    if name in STATE_FIELDS:
        return "records are drafts: people, or Odoo's buttons, move them on"
    if name in _AUTOMATIC:
        return "Odoo fills it in by itself"
    return "it gives somebody rights" if name in _RIGHTS else ""
