"""The store: translation log, ledgers and archive, on SQLite or PostgreSQL. The one home of SQL."""

from __future__ import annotations

from hub.store.archive import Archive
from hub.store.mailboxes import StuckFile
from hub.store.outages import Outage
from hub.store.proof import LedgerLine
from hub.store.records import (
    Acknowledgment,
    Artifact,
    ControlUse,
    Event,
    Hold,
    IllegalMove,
    Lease,
    LeaseLost,
    LogQuery,
    NotFound,
    PayloadOwner,
    Posting,
)
from hub.store.rows import ACTIVE_STATES, opening_lane
from hub.store.store import Store, is_shared
from hub.store.sums import DocumentCount, FileCount, OpenItem, Period
from hub.store.tx import Tx

__all__ = [
    "ACTIVE_STATES",
    "Acknowledgment",
    "Archive",
    "Artifact",
    "ControlUse",
    "DocumentCount",
    "Event",
    "FileCount",
    "Hold",
    "IllegalMove",
    "Lease",
    "LeaseLost",
    "LedgerLine",
    "LogQuery",
    "NotFound",
    "OpenItem",
    "Outage",
    "PayloadOwner",
    "Period",
    "Posting",
    "Store",
    "StuckFile",
    "Tx",
    "is_shared",
    "opening_lane",
]
