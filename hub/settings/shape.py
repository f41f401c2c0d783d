"""The settings as values: a Struct for each table of hub.toml.

The comment of each attribute is the documentation of that key (docs/configuration.md is made of them).
"""

from __future__ import annotations

import ipaddress
from typing import Literal

from msgspec import Struct


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of hub.toml."""


class Company(_Table, frozen=True, kw_only=True):
    """Who we are in envelopes."""

    name: str = "Our Company"  # our name, as partners read it
    isa: str = "ZZ:OURCO"  # our interchange id, "qualifier:id"; a profile may say another for its partner
    gs: str = ""  # our id in GS; default: the id of `isa`
    gs1_prefix: str = ""  # our GS1 company prefix, of which labels (SSCC) are made for profiles that ask


class Store(_Table, frozen=True, kw_only=True):
    """Where the translation log and the archived bytes are kept."""

    url: str = ""  # database; default: SQLite in [paths] var. PostgreSQL: postgresql+psycopg://user@host/name
    archive: str = "var/archive"  # folder of the archived bytes, by sha256
    encrypt: bool = False  # true: what is archived is encrypted under the first of `archive_keys`
    archive_keys: tuple[str, ...] = ()  # references to keys, the newest first; all of them can be read


class SftpServer(_Table, frozen=True, kw_only=True):
    """The embedded SFTP server, with one account per partner of transport kind "embedded"."""

    enabled: bool = True  # false: no partner uses it
    host: str = "127.0.0.1"  # address to listen on; 0.0.0.0 to be reached from outside
    port: int = 2222  # 0: any free port
    root: str = "var/sftp"  # folder that holds each account's own folder
    host_key: str = "file:sftp_host_key"  # reference to our private host key; made at the first start
    connections: int = 64  # open at the same time, of all partners
    per_account: int = 8  # open connections of one account
    per_address: int = 16  # open connections from one address (of IPv6: from one /64)
    per_minute: int = 300  # new connections from one address in a minute
    login: float = 30.0  # who has not logged in after so long is hung up on
    idle: float = 900.0  # who does nothing for so long is hung up on
    ban_after: int = 10  # refused logins from one address within ten minutes that shut it out
    ban: float = 900.0  # ... for so long
    quota_bytes: int = 2_000_000_000  # what one account may leave with us before it is picked up
    quota_files: int = 10_000  # and how many files
    audit: str = "var/audit/sftp.log"  # each login and file operation, a line of JSON
    audit_bytes: int = 50_000_000  # the file turns over when it is larger
    audit_kept: int = 20  # so many older ones are kept


class Odoo(_Table, frozen=True, kw_only=True):
    """The Odoo that orders are posted to."""

    url: str = ""  # e.g. https://odoo.example.com; empty: the practice Odoo
    database: str = ""  # database name; needed when the server has several
    login: str = ""  # user's login; XML-RPC needs it, JSON-2 does not
    key: str = ""  # reference (env:NAME, file:NAME) to the API key or password, never the value
    api: Literal["auto", "json2", "xmlrpc"] = "auto"  # auto: JSON-2 from Odoo 19 on, else XML-RPC
    timeout: float = 30.0  # longest wait for one call
    concurrency: int = 4  # calls at the same time, at most


class Practice(_Table, frozen=True, kw_only=True):
    """The stand-in for Odoo on a machine that has none."""

    enabled: Literal["auto", "yes", "no"] = "auto"  # auto: when [odoo] url is empty
    port: int = 8069  # on 127.0.0.1; 0: any free port


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches what listens on an address or name."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Web(_Table, frozen=True, kw_only=True):
    """The ops pages."""

    host: str = "127.0.0.1"  # address to listen on
    port: int = 8080  # 0: any free port
    password: str = (
        ""  # reference to the password that the pages ask for, with any name; empty: they ask for none
    )


class Workers(_Table, frozen=True, kw_only=True):
    """Who does the work."""

    runner: Literal["local", "celery"] = "local"  # local: threads; celery: `hub worker` and a broker
    count: int = 4  # threads (local) or processes (celery) of a worker that drain lanes
    bulk: int = 2  # lanes of bulk documents (846, 832, records) at the same time, of all workers together
    broker: str = ""  # celery: reference (env:NAME, file:NAME) to the URL of RabbitMQ or Redis


class Poll(_Table, frozen=True, kw_only=True):
    """How often we look."""

    erp: float = 5.0  # pause between two looks for news in Odoo
    mailbox: float = 5.0  # pause between two looks into local mailboxes, beside the watcher


class Limits(_Table, frozen=True, kw_only=True):
    """What is too much."""

    max_file_bytes: int = 100_000_000  # larger files are quarantined unread
    min_free_bytes: int = 200_000_000  # with less free on a disk that the hub writes to, no new work is taken


class Retention(_Table, frozen=True, kw_only=True):
    """How long what was exchanged is kept, where a profile says nothing else; see docs/retention.md."""

    payloads: float = (
        0.0  # files and documents, e.g. "400d", from the last thing that happened to them; 0: for ever
    )
    log: float = 0.0  # rows of the log, e.g. "7y"; their payloads go with them; 0: for ever


class Paths(_Table, frozen=True, kw_only=True):
    """The hub's folders."""

    partners: str = "partners"  # profiles, crosswalks and samples
    dictionaries: str = "partners/dictionaries"  # your own X12 dictionaries, laid over those of the hub
    inbox: str = "inbox"  # spool of watched folders, one folder per partner
    outbox: str = "outbox"  # spool of outgoing files, one folder per partner
    var: str = "var"  # everything that the hub writes for itself
    secrets: str = "secrets"  # files that `file:NAME` refers to; mode 0600 each


class Settings(_Table, frozen=True, kw_only=True):
    """The hub's settings with every default filled in. Paths are absolute; durations are seconds."""

    company: Company = Company()
    store: Store = Store()
    sftp_server: SftpServer = SftpServer()
    odoo: Odoo = Odoo()
    practice: Practice = Practice()
    web: Web = Web()
    workers: Workers = Workers()
    poll: Poll = Poll()
    limits: Limits = Limits()
    retention: Retention = Retention()
    paths: Paths = Paths()

    @property
    def uses_practice(self) -> bool:
        """Say whether the practice Odoo stands in for a real one."""
        return self.practice.enabled == "yes" or (self.practice.enabled == "auto" and not self.odoo.url)

    @property
    def gs(self) -> str:
        """Return our id in GS."""
        return self.company.gs or self.company.isa.partition(":")[2]
