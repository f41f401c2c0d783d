"""One transaction on the store, put together from its parts."""

from __future__ import annotations

from hub.store.acks import Acknowledgments
from hub.store.clocks import Clocks
from hub.store.exchanges import Exchanges
from hub.store.mailboxes import Mailboxes
from hub.store.outages import Outages
from hub.store.proof import Proof
from hub.store.retention import Retention
from hub.store.search import Search
from hub.store.sums import Sums
from hub.store.transmissions import Transmissions
from hub.store.vendor_stock import VendorStocks
from hub.store.whole import Whole


class Tx(
    Transmissions,
    Exchanges,
    Search,
    Acknowledgments,
    VendorStocks,
    Mailboxes,
    Clocks,
    Outages,
    Whole,
    Retention,
    Proof,
    Sums,
):
    """All that can be read and written in one transaction. Made by `Store.begin` and `Store.read`."""
