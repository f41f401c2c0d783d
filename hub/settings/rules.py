"""What the settings must keep beyond types; each rule yields faults at paths of keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from hub.model.partner import INTERCHANGE_ID, SHORTEST_RETENTION
from hub.secrets import is_reference
from hub.settings.shape import Settings
from hub.toml.checking import clip
from hub.toml.positions import KeyPath

_BOUNDS = (
    "connections",
    "per_account",
    "per_address",
    "per_minute",
    "login",
    "idle",
    "ban_after",
    "ban",
    "quota_bytes",
    "quota_files",
    "audit_bytes",
    "audit_kept",
)

MOST = 64  # threads or calls at the same time; more only wait for each other


class Fault(NamedTuple):
    """What is wrong at a path of keys, and what to do about it."""

    path: KeyPath
    message: str
    hint: str


def faults_of(settings: Settings, in_file: Callable[[KeyPath], bool]) -> Iterator[Fault]:
    """Yield every fault. `in_file` says whether hub.toml holds a key (and not the environment)."""
    yield from _company(settings)
    yield from _ports(settings)
    yield from _odoo(settings)
    yield from _references(settings)
    yield from _archive_keys(settings)
    yield from _passwords(settings, in_file)
    yield from _amounts(settings)
    yield from _server(settings)


def _company(settings: Settings) -> Iterator[Fault]:
    isa = settings.company.isa
    if not INTERCHANGE_ID.fullmatch(isa):
        yield Fault(("company", "isa"), f'"{clip(isa)}" is no interchange id', 'write "ZZ:OURCO"')


def _ports(settings: Settings) -> Iterator[Fault]:
    ports = {
        "sftp_server": settings.sftp_server.port,
        "practice": settings.practice.port,
        "web": settings.web.port,
    }
    for table, port in ports.items():
        if not 0 <= port <= 65_535:
            yield Fault((table, "port"), f"port {port} does not exist", "0 to 65535; 0 is any free port")


def _odoo(settings: Settings) -> Iterator[Fault]:
    url = settings.odoo.url
    parts = _split(url)
    if url and not (parts and parts.scheme in {"http", "https"} and parts.hostname):
        yield Fault(("odoo", "url"), f'"{clip(url)}" is no web address', "write https://odoo.example.com")
    if url and not settings.odoo.key:
        yield Fault(("odoo", "key"), "odoo.key is missing", 'write key = "file:odoo_key"')
    if not url and settings.practice.enabled == "no":
        message = "no Odoo: url is empty and the practice Odoo is off"
        yield Fault(("odoo", "url"), message, "set [odoo] url, or [practice] enabled")


def _references(settings: Settings) -> Iterator[Fault]:
    hint = 'put the secret into secrets/NAME (mode 0600) and write "file:NAME", or "env:NAME"'
    for table, key, text in (
        ("odoo", "key", settings.odoo.key),
        ("sftp_server", "host_key", settings.sftp_server.host_key),
        ("web", "password", settings.web.password),
    ):
        if text and not is_reference(text):
            yield Fault((table, key), f"{table}.{key} must be a reference, not the secret itself", hint)


def _archive_keys(settings: Settings) -> Iterator[Fault]:
    hint = 'make a key with `hub archive newkey NAME` and write archive_keys = ["file:NAME"]'
    for index, text in enumerate(settings.store.archive_keys):
        if not is_reference(text):
            yield Fault(
                ("store", "archive_keys", index), "a key must be a reference, never the key itself", hint
            )
    if settings.store.encrypt and not settings.store.archive_keys:
        yield Fault(("store", "encrypt"), "there is no key to encrypt with", hint)


def _passwords(settings: Settings, in_file: Callable[[KeyPath], bool]) -> Iterator[Fault]:
    """An address may hold a password, and hub.toml may not: files are copied and kept in version control."""
    for table, url in (("store", settings.store.url), ("odoo", settings.odoo.url)):
        parts = _split(url)
        if parts and parts.password and in_file((table, "url")):
            hint = f"leave it out, or move the address to the environment: HUB_{table.upper()}__URL"
            yield Fault((table, "url"), f"{table}.url holds a password", hint)


def _amounts(settings: Settings) -> Iterator[Fault]:
    for table, key, count in (
        ("workers", "count", settings.workers.count),
        ("workers", "bulk", settings.workers.bulk),
        ("odoo", "concurrency", settings.odoo.concurrency),
    ):
        if not 1 <= count <= MOST:
            yield Fault((table, key), f"{table}.{key} cannot be {count}", f"1 to {MOST}")
    if settings.limits.max_file_bytes <= 0:
        yield Fault(("limits", "max_file_bytes"), "max_file_bytes must be above 0", "in bytes")
    for key, seconds in (("erp", settings.poll.erp), ("mailbox", settings.poll.mailbox)):
        if seconds <= 0:
            yield Fault(("poll", key), f"poll.{key} must be above 0", 'write "5s"')
    for key, seconds in (("payloads", settings.retention.payloads), ("log", settings.retention.log)):
        if 0 < seconds < SHORTEST_RETENTION:
            message = f"retention.{key} is less than 30 days, and answers, repeats and redrives need it"
            yield Fault(("retention", key), message, 'write "400d", or 0 to keep it for ever')
    if settings.odoo.timeout <= 0:
        yield Fault(("odoo", "timeout"), "odoo.timeout must be above 0", 'write "30s"')


def _server(settings: Settings) -> Iterator[Fault]:
    """What bounds the embedded server is a bound: 0 would shut everybody out, or nobody."""
    server = settings.sftp_server
    for key in _BOUNDS:
        if getattr(server, key) <= 0:
            yield Fault(
                ("sftp_server", key), f"sftp_server.{key} must be above 0", "leave it out for the default"
            )


def _split(url: str) -> SplitResult | None:
    """Return the parts of an address, or None for one that cannot be split."""
    try:
        return urlsplit(url)
    except ValueError:
        return None
