"""The rules for stock and price lists: values that mean something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from hub.model.documents import DocType
from hub.model.finding import Severity
from hub.model.partner import Assortment, Partner, Send
from hub.model.schedule import parse_time
from hub.profiles.fault import Fault
from hub.toml.checking import clip
from hub.toml.positions import KeyPath

_STOCK, _PRICES = DocType.INVENTORY_ADVICE, DocType.PRICE_CATALOG
_PERCENT = re.compile(r"\s*(\d{1,4}(\.\d{1,4})?)\s*%\s*")
_LEAST_SECONDS = 60.0


def supply_faults(partner: Partner) -> Iterator[Fault]:
    """Yield the faults of a partner's agreements about stock and price lists."""
    for document, receive in partner.receive.items():
        path: KeyPath = ("receive", document.value)
        if receive.price_jump and not _PERCENT.fullmatch(receive.price_jump):
            message = f'"{clip(receive.price_jump)}" is no percentage'
            yield Fault((*path, "price_jump"), message, 'write "20%"', receive.price_jump)
    for document, send in partner.send.items():
        path = ("send", document.value)
        yield from _schedule(document, send, path)
        yield from _assortment(send, path)


def _schedule(document: DocType, send: Send, path: KeyPath) -> Iterator[Fault]:
    """Nothing that happens in Odoo sends stock or a price list: without a time neither ever goes out."""
    if parse_time(send.at) is None:
        yield Fault((*path, "at"), f'"{clip(send.at)}" is no time of day', 'write "06:00"', send.at)
    if 0 < send.every < _LEAST_SECONDS:
        yield Fault((*path, "every"), "more than once a minute helps nobody", 'write "15m"')
    if document in (_STOCK, _PRICES) and not send.every:
        hint = 'write every = "1d" and at = "06:00"'
        yield Fault(path, "nothing says when it is sent", hint, severity=Severity.WARNING)


def _assortment(send: Send, path: KeyPath) -> Iterator[Fault]:
    chosen: Assortment = send.assortment
    at = (*path, "assortment")
    match = _PERCENT.fullmatch(chosen.allocation)
    if match is None or Decimal(match[1]) > 100:
        message = f'"{clip(chosen.allocation)}" is no part of what is free'
        yield Fault((*at, "allocation"), message, 'write "80%"; at most 100%', chosen.allocation)
    if chosen.safety_stock < 0:
        yield Fault((*at, "safety_stock"), "a safety stock is not negative", "write 0 or more")
    scheduled = send.every > 0
    if scheduled and chosen.listing == "crosswalk" and not send.crosswalk.item:
        hint = 'name a table under crosswalk.item, or write listing = "pricelist" or "all"'
        yield Fault((*at, "listing"), "the assortment is the item crosswalk, and there is none", hint)
