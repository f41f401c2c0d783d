"""The rules for numbers, shares and lists of an agreement: what can never come true, or lets everything pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from hub.model.finding import Severity
from hub.model.leeway import parse_leeway
from hub.model.partner import OrderRules, Partner, Receive, Send
from hub.profiles.fault import Fault
from hub.toml.checking import clip, did_you_mean
from hub.toml.positions import KeyPath

_TOLERANCE = re.compile(r"tolerance\s+(\d{1,3}(\.\d{1,4})?)\s*%")
_PERCENT = re.compile(r"(\d{1,3}(\.\d{1,4})?)\s*%")
_METHOD = re.compile(r"ach|check|wire|[A-Z]{3}")  # X12 element 591 is ID 3/3
_MOST_DAYS = 366


def value_faults(partner: Partner) -> Iterator[Fault]:
    """Yield the faults of the values of every agreement of a partner."""
    for document, receive in partner.receive.items():
        yield from _received(receive, ("receive", document.value))
    for document, send in partner.send.items():
        yield from _sent(send, ("send", document.value))


def _received(receive: Receive, path: KeyPath) -> Iterator[Fault]:
    yield from _price(receive, (*path, "price"))
    yield from _short_pay(receive, (*path, "short_pay"))
    yield from _rules(receive.rules, (*path, "rules"))
    yield from _bases(receive, (*path, "crosswalk", "price_basis"))
    for name in ("price", "quantity"):
        yield from _leeway(getattr(receive.accept, name), (*path, "accept", name))
    if receive.accept.days < -1:
        hint = "0: not a day late; leave it out to take any day"
        yield Fault((*path, "accept", "days"), "nobody is held to less than no days", hint)


def _sent(send: Send, path: KeyPath) -> Iterator[Fault]:
    yield from _leeway(send.over, (*path, "over"))
    if not _METHOD.fullmatch(send.method):
        hint = "ach, check, wire, or the three letters of X12 element 591"
        yield Fault((*path, "method"), f'"{clip(send.method)}" is no way to pay', hint, send.method)
    for name, code in send.carriers.items():
        if not re.fullmatch(r"[A-Z]{2,4}", code):
            hint = "a SCAC has two to four capital letters, such as UPSN"
            yield Fault((*path, "carriers", name), f'"{clip(code)}" is no SCAC', hint, code)
    for index, warehouse in enumerate(send.assortment.warehouses):
        if not warehouse.strip():
            at = (*path, "assortment", "warehouses", index)
            yield Fault(at, "an empty name is no warehouse", 'write its short name in Odoo, such as "WH"')


def _price(receive: Receive, path: KeyPath) -> Iterator[Fault]:
    policy = receive.price
    if policy in {"partner", "pricelist"}:
        return
    match = _TOLERANCE.fullmatch(policy)
    if not match:
        hint = '"partner", "pricelist" or "tolerance 2%"'
        guess = did_you_mean(policy, ("partner", "pricelist", "tolerance"))
        yield Fault(path, f'"{clip(policy)}" is no price policy{guess}', hint, policy)
    elif Decimal(match.group(1)) > 100:
        yield Fault(path, f'"{policy}" lets every price pass', "at most 100%", policy)


def _leeway(text: str, path: KeyPath) -> Iterator[Fault]:
    leeway = parse_leeway(text)
    if leeway is None:
        yield Fault(path, f'"{clip(text)}" is no leeway', 'write "2%", or an amount like "0.05"', text)
    elif leeway.percent and leeway.amount > 100:
        yield Fault(path, f'"{clip(text)}" lets everything pass', "at most 100%", text)


def _short_pay(receive: Receive, path: KeyPath) -> Iterator[Fault]:
    text = receive.short_pay
    match = _PERCENT.fullmatch(text.strip())
    if match is None:
        yield Fault(path, f'"{clip(text)}" is no percentage', 'write it like "1%"', text)
    elif Decimal(match[1]) >= 100:
        yield Fault(
            path, f'"{clip(text)}" settles an invoice of which nothing is paid', "less than 100%", text
        )


def _bases(receive: Receive, path: KeyPath) -> Iterator[Fault]:
    for code, count in receive.crosswalk.price_basis.items():
        if count < 1:
            hint = "write for how many of the line's unit the price is; 1: the code does not scale it"
            yield Fault((*path, code), f"a price for {count} means nothing", hint)


def _rules(rules: OrderRules, path: KeyPath) -> Iterator[Fault]:
    """What a customer may order: quantities from 1, days and amounts not below 0."""
    yield from _leeway(rules.total, (*path, "total"))
    for name, table in (("minimum", rules.minimum), ("multiple", rules.multiple)):
        for item, quantity in table.items():
            if quantity < 1:
                hint = "write a whole number from 1, or leave the item out"
                yield Fault((*path, name, item), f"a {name} of {quantity} means nothing", hint)
    for item, multiple in rules.multiple.items():
        least = rules.minimum.get(item, 0)
        if multiple > 1 and least > 0 and least % multiple:
            right = (least // multiple + 1) * multiple
            message = f"the minimum of {least} is no multiple of {multiple}: nobody can order just that"
            at = (*path, "minimum", item)
            yield Fault(at, message, f"in truth it is {right}", severity=Severity.WARNING)
    if not 0 <= rules.lead_days <= _MOST_DAYS:
        message = f"{rules.lead_days} days ahead cannot be asked for"
        yield Fault((*path, "lead_days"), message, f"0 to {_MOST_DAYS}; 0: any day will do")
    if rules.confirm_up_to < 0:
        hint = '0: the hub confirms any order; a person always confirms with confirm = "never"'
        yield Fault((*path, "confirm_up_to"), "no order is worth less than nothing", hint)
