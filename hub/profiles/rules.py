"""What a profile must keep beyond types: one small rule per subject, listed in RULES.

A rule gets the partner as far as it could be read and the profiles' folder, and yields faults. The rules
for [receive.*] and [send.*] are in `hub.profiles.agreements`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter

from hub.model import problems
from hub.model.partner import INTERCHANGE_ID, SHORTEST_RETENTION, Partner
from hub.profiles.agreements import agreement_faults
from hub.profiles.fault import Fault
from hub.profiles.record_rules import record_faults
from hub.profiles.releases import release_faults
from hub.profiles.xml_rules import xml_faults
from hub.secrets import is_reference
from hub.toml.checking import clip, did_you_mean
from hub.toml.durations import parse_duration
from hub.toml.positions import KeyPath
from translators.x12.characters import codec_of

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_GS = re.compile(r"[^\s*~][^*~]{1,14}")  # GS02 is 2/15 (X12 004010)
_PUBLIC_KEY = re.compile(r"(ssh-|ecdsa-|sk-)[a-z0-9@.-]+ [A-Za-z0-9+/=]+( .*)?")
_HOST_KEY = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}")
_PLACEHOLDERS = ("document", "number", "control", "ext")  # what hub.stages.send fills in

REFERENCE_HINT = 'put it into secrets/NAME (mode 0600) and write "file:NAME", or write "env:NAME"'


def faults_of(partner: Partner, folder: Path) -> Iterator[Fault]:
    """Yield every fault of a partner; `folder` is where crosswalks and maps are looked for."""
    for rule in RULES:
        yield from rule(partner)
    yield from agreement_faults(partner, folder)
    yield from record_faults(partner, folder)


def _key(partner: Partner) -> Iterator[Fault]:
    """The key names folders, lanes and accounts, so it must be safe in all of them."""
    if not _KEY.fullmatch(partner.key):
        hint = "rename the file: small letters, digits, - and _, at most 40, starting with a letter or digit"
        yield Fault((), f'"{clip(partner.key)}.toml" cannot be the name of a profile', hint)


def _owner(partner: Partner) -> Iterator[Fault]:
    for name, address in (("business", partner.owner.business), ("technical", partner.owner.technical)):
        if address and not _MAIL.fullmatch(address):
            yield Fault(
                ("owner", name), f'"{clip(address)}" is no mail address', "write name@example.com", address
            )


def _identity(partner: Partner) -> Iterator[Fault]:
    """X12 005010 ISA05 to ISA08, GS02, GS03: a qualifier of two, ids of up to fifteen characters."""
    identity = partner.identity
    if partner.format == "x12" and not identity.isa:
        hint = 'write isa = "ZZ:THEIRID", qualifier:id as they send it'
        yield Fault(("identity", "isa"), '"identity.isa" is missing', hint, problem=problems.CONFIG_MISSING)
    for name, isa in (("isa", identity.isa), ("our_isa", identity.our_isa)):
        if isa and not INTERCHANGE_ID.fullmatch(isa):
            hint = 'write "ZZ:THEIRID": two characters of qualifier, a colon, an id of at most 15 characters'
            yield Fault(("identity", name), f'"{clip(isa)}" is no interchange id', hint, isa)
    for name, gs in (("gs", identity.gs), ("our_gs", identity.our_gs)):
        if gs and not _GS.fullmatch(gs):
            yield Fault(
                ("identity", name), f'"{clip(gs)}" is no group id', "2 to 15 characters, no * or ~", gs
            )


def _secrets(partner: Partner) -> Iterator[Fault]:
    """A profile is kept in version control: it may name a secret, never hold one."""
    transport = partner.transport
    for name, text in (("secret", partner.xml.secret), ("their_secret", partner.xml.their_secret)):
        if text and not is_reference(text):
            message = f'"xml.{name}" must be a reference, never the secret itself'
            yield Fault(("xml", name), message, REFERENCE_HINT)
    for name, text in (("password", transport.password), ("key", transport.key)):
        if text and not is_reference(text):
            yield Fault(
                ("transport", name),
                f'"transport.{name}" must be a reference, never the secret itself',
                REFERENCE_HINT,
            )
    for index, key in enumerate(transport.public_keys):
        if not (is_reference(key) or _PUBLIC_KEY.fullmatch(key.strip())):
            hint = 'write the line of their id_ed25519.pub ("ssh-ed25519 AAAA...") or "file:NAME"'
            yield Fault(
                ("transport", "public_keys", index), f'"{clip(key, 30)}" is no OpenSSH public key', hint
            )


def _remote(partner: Partner) -> Iterator[Fault]:
    """What we need to reach another's SFTP server; the host key is pinned, never learned on first use."""
    transport = partner.transport
    if transport.kind != "sftp":
        return
    hints = {
        "host": 'write host = "sftp.example.com"',
        "user": "write the login name that they gave us",
        "host_key": "ask them for the fingerprint of their host key: SHA256:...",
    }
    for name, hint in hints.items():
        if not getattr(transport, name):
            yield Fault(
                ("transport", name), f'"transport.{name}" is missing', hint, problem=problems.CONFIG_MISSING
            )
    if not transport.key and not transport.password:
        hint = 'write key = "file:NAME" (a private key) or password = "file:NAME"'
        yield Fault(("transport", "key"), '"transport.key" is missing', hint, problem=problems.CONFIG_MISSING)
    for index, print_ in enumerate(transport.host_key):
        if not _HOST_KEY.fullmatch(print_):
            hint = "ssh-keyscan HOST | ssh-keygen -lf - prints it; compare with what they told you"
            yield Fault(("transport", "host_key", index), f'"{clip(print_)}" is no SHA256 fingerprint', hint)


def _transport(partner: Partner) -> Iterator[Fault]:
    transport = partner.transport
    if not 1 <= transport.port <= 65_535:
        yield Fault(("transport", "port"), f"port {transport.port} does not exist", "1 to 65535; SFTP is 22")
    if transport.user and not _USER.fullmatch(transport.user):
        yield Fault(
            ("transport", "user"),
            f'"{clip(transport.user)}" cannot be a login name',
            "letters, digits, . _ @ -",
        )
    if transport.max_bytes <= 0:
        yield Fault(("transport", "max_bytes"), '"transport.max_bytes" must be above 0', "in bytes")
    if transport.poll_seconds < 1:
        yield Fault(
            ("transport", "poll_seconds"), "polling more than once a second helps nobody", 'write "30s"'
        )
    if not transport.include:
        yield Fault(("transport", "include"), "no file would ever be picked up", 'write include = ["*"]')
    for index, pattern in enumerate(transport.include):
        if not pattern.strip():
            hint = 'write a pattern such as "*.edi"'
            yield Fault(("transport", "include", index), "an empty pattern picks up nothing", hint)


def _retention(partner: Partner) -> Iterator[Fault]:
    for name, seconds in (("payloads", partner.retention.payloads), ("log", partner.retention.log)):
        if 0 < seconds < SHORTEST_RETENTION:
            message = f'"retention.{name}" is less than 30 days, and answers, repeats and redrives need it'
            yield Fault(("retention", name), message, 'write "400d", or leave it out')


def _folders(partner: Partner) -> Iterator[Fault]:
    """The partner's folders stay inside the account, and are not one and the same."""
    transport = partner.transport
    folders = {"inbox": transport.inbox, "outbox": transport.outbox, "archive": transport.archive}
    for name, folder in folders.items():
        if not folder and name != "archive":
            yield Fault(("transport", name), f'"transport.{name}" is empty', "name a folder")
        if ".." in folder.split("/") or "\0" in folder:
            yield Fault(
                ("transport", name), f'"{clip(folder)}" leaves the account', 'no ".." in a folder', folder
            )
    for name, other in (("outbox", "inbox"), ("archive", "inbox"), ("archive", "outbox")):
        if folders[name] and folders[name].strip("/") == folders[other].strip("/"):
            hint = f"give {name} a folder of its own, or files would be read back"
            yield Fault(("transport", name), f"{name} and {other} are the same folder", hint, folders[name])


def _file_name(partner: Partner) -> Iterator[Fault]:
    """The pattern of the names that we send; {control} or {number} keeps them apart."""
    path: KeyPath = ("transport", "name")
    pattern = partner.transport.name
    try:
        fields = [field for field in Formatter().parse(pattern) if field[1] is not None]
    except ValueError:
        yield Fault(path, f'"{clip(pattern)}" is no pattern', "each { needs its }", pattern)
        return
    names = [name or "" for _, name, _, _ in fields]
    if any(spec or conversion for _, _, spec, conversion in fields):
        yield Fault(
            path, f'"{clip(pattern)}" does more than name things', "plain {number}, no : or !", pattern
        )
    for name in names:
        if name not in _PLACEHOLDERS:
            hint = f"known: {', '.join('{' + p + '}' for p in _PLACEHOLDERS)}"
            yield Fault(
                path, f'unknown placeholder "{{{clip(name)}}}"{did_you_mean(name, _PLACEHOLDERS)}', hint
            )
    if "/" in pattern or "\\" in pattern or pattern.startswith("."):
        yield Fault(path, f'"{clip(pattern)}" is more than a file name', "no slash, no dot in front", pattern)
    if not {"number", "control"} & set(names):
        yield Fault(path, "all our files would have the same name", "use {number} or {control}", pattern)


def _x12(partner: Partner) -> Iterator[Fault]:
    """X12 separators: one character each, all different, none that stands in data or in numbers."""
    x12 = partner.x12
    if x12.duplicate_days < 1:
        yield Fault(("x12", "duplicate_days"), '"x12.duplicate_days" must be at least 1', "365 is usual")
    if x12.encoding and codec_of(x12.encoding) is None:
        hint = 'write "cp037", "cp1252" or "utf-8", or leave it out'
        yield Fault(("x12", "encoding"), f'no X12 can be read as "{clip(x12.encoding)}"', hint, x12.encoding)
    seen: dict[str, str] = {}
    for name in ("element", "component", "repetition", "segment"):
        mark = getattr(x12, name)
        if len(mark) != 1 or mark.isalnum() or mark in " .-" or ord(mark) > 126:
            hint = "one character that does not stand in data, such as * > ^ ~"
            yield Fault(("x12", name), f'"{clip(mark)}" cannot be the {name} separator', hint, mark)
        elif mark in seen:
            hint = "each separator needs its own character"
            yield Fault(("x12", name), f'{name} and {seen[mark]} separator are both "{mark}"', hint, mark)
        seen.setdefault(mark, name)


def _csv(partner: Partner) -> Iterator[Fault]:
    csv = partner.csv
    yield from _csv_marks(partner)
    try:
        codecs.lookup(csv.encoding or "utf-8")
    except (LookupError, ValueError):
        hint = 'write "utf-8", "cp1252" or "iso-8859-1", or leave it out to detect it'
        yield Fault(("csv", "encoding"), f'unknown encoding "{clip(csv.encoding)}"', hint, csv.encoding)
    for form in csv.date_format.split("|"):
        if "%" not in form:
            hint = 'write "%Y-%m-%d", "%d.%m.%Y" ...'
            yield Fault(("csv", "date_format"), f'"{clip(form)}" is no date format', hint, form)
    if csv.skip < 0:
        yield Fault(("csv", "skip"), "cannot be less than none", "write 0 or more")


def _csv_marks(partner: Partner) -> Iterator[Fault]:
    """Each mark of a dialect is one sign, and none means two things."""
    csv = partner.csv
    if csv.separator and (
        len(csv.separator) != 1 or csv.separator.isalnum() or csv.separator in f"{csv.quote or chr(34)}'\r\n"
    ):
        hint = r'one character: "," ";" "|" or "\t"; empty to detect it'
        yield Fault(
            ("csv", "separator"), f'"{clip(csv.separator)}" cannot be the separator', hint, csv.separator
        )
    if csv.separator == csv.decimal and csv.decimal != ",":
        yield Fault(("csv", "decimal"), "the decimal mark is the separator too", "change one of them")
    if csv.thousands == csv.decimal:
        hint = "1.234,56 has . for thousands and , for decimals"
        yield Fault(("csv", "thousands"), "the decimal mark is the mark of thousands too", hint)
    for name in ("quote", "escape"):
        mark = getattr(csv, name)
        if mark and (len(mark) != 1 or mark.isalnum() or mark in f"{csv.separator}\r\n "):
            yield Fault(("csv", name), f'"{clip(mark)}" cannot be it', "one sign that is no separator", mark)


def _obligations(partner: Partner) -> Iterator[Fault]:
    promise = partner.obligations.we_owe.ship_notice
    if promise and promise != "before departure" and parse_duration(promise) is None:
        hint = 'write "before departure" or a duration such as "4h"'
        yield Fault(
            ("obligations", "we_owe", "ship_notice"), f'"{clip(promise)}" is no promise', hint, promise
        )


RULES: tuple[Callable[[Partner], Iterator[Fault]], ...] = (
    _key,
    _owner,
    _identity,
    _secrets,
    _remote,
    _transport,
    _folders,
    _retention,
    _file_name,
    _x12,
    release_faults,
    _csv,
    xml_faults,
    _obligations,
)
