"""translate: make a canonical document of a checked one, in our codes.

checked -> translated     every code is known, and the document is new; an order by store may become several orders
checked -> tested         a test document, or a partner still in testing: it goes no further
checked -> held           a code is unknown, a quantity of goods is below zero, or it looks like a change of a
                          document that we have
checked -> duplicate      the same document came before (acknowledged, not posted again)
checked -> rejected       it cannot be read as a document (formats without a dictionary)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hub.model import problems
from hub.model.documents import AnyDocument, DocType, Invoice, OrderChange, PurchaseOrder, RecordBatch
from hub.model.exchange import Exchange, State, posting_key
from hub.model.finding import Finding, Severity, Where
from hub.model.outcome import Outcome
from hub.model.partner import Partner, Receive
from hub.model.signs import upright
from hub.stages.below_zero import below_zero
from hub.stages.recording.posting import translate_records
from hub.stages.repeats import notes_on_repeat
from hub.stages.restating import restated
from hub.stages.rules import softened
from hub.stages.shares import (
    Part,
    Share,
    canonical,
    exchanges_beside,
    in_our_codes,
    of_one_set,
    share_of,
)
from translators.crosswalk import Tables
from translators.port import Translator

#: States in which an exchange with the same business key came to nothing.
_DEAD_ENDS = frozenset({State.REJECTED, State.CANCELLED, State.TESTED, State.DUPLICATE})
#: States in which it is, or may be, in Odoo already; then it counts even if it came later (a redrive).
_IN_ODOO = frozenset({State.TRANSLATED, State.IN_DOUBT, State.POSTED})

_BY_HAND = (
    "the notes say what differs; change the record in Odoo by hand, and end this one with "
    "`hub cancel ID --why ...`; it is never posted twice"
)
_REPEATED = (
    "the notes say what differs; release it to apply it as a change of that order, or end it with "
    "`hub cancel ID --why ...`; it is never posted twice"
)


class Needs(Protocol):
    """What translating asks of the hub."""

    def payload(self, exchange: Exchange) -> bytes: ...
    def partner(self, key: str) -> Partner: ...
    def translator(self, name: str) -> Translator: ...
    def tables(self, partner: Partner, exchange: Exchange) -> tuple[Tables, tuple[Finding, ...]]: ...
    def same_key(self, key: str) -> Sequence[Exchange]: ...
    def orders_of(self, partner: str, document: AnyDocument) -> tuple[str, ...]: ...
    def document(self, exchange: Exchange) -> AnyDocument: ...
    def group_acknowledged(self, exchange: Exchange) -> bool: ...


def translate(exchange: Exchange, needs: Needs) -> Outcome:
    """Translate one checked document."""
    partner = needs.partner(exchange.partner)
    if partner.x12.partial == "hold_all" and not needs.group_acknowledged(exchange):
        why = "waits for the verdicts on its group"  # its neighbours decide with it
        return Outcome(
            state=State.CHECKED, why=why, due_in_seconds=0.5 if exchange.attempts < 5 else None, tried=True
        )
    translator = needs.translator(exchange.envelope.format)
    document, findings = translator.read(
        needs.payload(exchange), exchange.envelope, exchange.document, partner
    )
    if document is None or any(f.fatal for f in findings):
        return _unreadable(exchange, findings)
    if isinstance(document, RecordBatch):
        return translate_records(exchange, document, partner, findings)
    if isinstance(document, Invoice):
        document = upright(document)
    return _in_our_codes(exchange, partner, document, findings, needs)


def _unreadable(exchange: Exchange, findings: tuple[Finding, ...]) -> Outcome:
    """Reject what cannot be read; X12 was answered already, so there an operator has to look."""
    why = next((f.line() for f in findings if f.fatal), "no document could be read from it")
    state = State.HELD if exchange.envelope.format == "x12" else State.REJECTED
    return Outcome(state=state, why=why, findings=findings)


def _in_our_codes(
    exchange: Exchange,
    partner: Partner,
    document: AnyDocument,
    findings: tuple[Finding, ...],
    needs: Needs,
) -> Outcome:
    agreement = partner.receive[exchange.document]
    share = share_of(exchange, document, agreement, needs)
    digest = share.part.digest  # as they wrote it: a crosswalk of ours makes no change of theirs
    same = (e for key in share.keys for e in needs.same_key(key))
    earlier = [e for e in same if _counts(e, exchange)]
    repeated = any(before.digest == digest for before in earlier)
    change = None if repeated else _change(document, earlier, exchange, agreement)
    if change is not None:
        share, earlier = _as_change(exchange, change, digest), []
    tables, faults = needs.tables(partner, exchange)
    share, misses = in_our_codes(share, tables, agreement)
    document = share.part.document
    findings += faults + share.findings + below_zero(document)
    findings += softened(misses, agreement.rules) if isinstance(document, PurchaseOrder) else misses
    state, why, more = _verdict(_test(exchange, partner), document, digest, earlier, findings)
    if earlier and any(f.problem == problems.LOOKS_LIKE_CHANGE for f in more):
        more += notes_on_repeat(needs.document(earlier[-1]), document)
    orders = needs.orders_of(partner.key, document)
    return Outcome(
        state=state,
        why=why,
        findings=findings + more,
        changes={
            "number": document.number,
            "order_number": next(iter(orders), ""),
            "key": share.part.key,
            "digest": digest,
        },
        artifacts={"canonical": canonical(document)},
        orders=orders,
        beside=exchanges_beside(exchange, share.rest, needs) if state is State.TRANSLATED else (),
    )


def _as_change(exchange: Exchange, change: OrderChange, digest: str) -> Share:
    """Return the whole document as a change; nobody numbered it, so it is told apart by its exchange."""
    number, rest = change.key_parts
    key = posting_key(exchange.partner, DocType.ORDER_CHANGE, number, f"{rest}/{exchange.id}")
    return Share(part=Part(document=change, key=key, digest=digest))


def _change(
    document: AnyDocument, earlier: Sequence[Exchange], exchange: Exchange, agreement: Receive
) -> OrderChange | None:
    """Return the change that a document stands for; an 860 of a number that came before is one when released."""
    if isinstance(document, OrderChange):
        return document if earlier and exchange.released else None
    return restated(document, earlier, exchange, agreement)


def _test(exchange: Exchange, partner: Partner) -> str:
    """Return why a document is only a test; empty for real business."""
    usage = exchange.envelope.usage
    if usage and usage != "P":
        where = f"ISA15 is {usage}" if exchange.envelope.format == "x12" else "its envelope says so"
        return f"a test document ({where}): nothing is posted"
    if partner.status == "testing":
        return f"{partner.name} is still in testing: nothing is posted"
    return ""


def _verdict(
    test: str,
    document: AnyDocument,
    digest: str,
    earlier: Sequence[Exchange],
    findings: tuple[Finding, ...],
) -> tuple[State, str, tuple[Finding, ...]]:
    if test:
        return State.TESTED, test, ()
    for before in earlier:
        if before.digest == digest:
            return State.DUPLICATE, f"the same document came as exchange {before.id}; not posted again", ()
    fault = _looks_like_change(document, earlier)
    if fault is not None:
        return State.HELD, fault.message, (fault,)
    held = [f for f in findings if f.severity is Severity.HOLD]
    if held:
        more = f" (and {len(held) - 1} more)" if len(held) > 1 else ""
        return State.HELD, held[0].line() + more, ()
    return State.TRANSLATED, "", ()


def _counts(other: Exchange, exchange: Exchange) -> bool:
    """Say whether another exchange with the same business key makes this one a repeat or a change."""
    if other.id == exchange.id or other.state in _DEAD_ENDS or of_one_set(other, exchange):
        return False
    return other.id < exchange.id or other.state in _IN_ODOO or other.erp is not None


def _looks_like_change(document: AnyDocument, earlier: Sequence[Exchange]) -> Finding | None:
    """Return a hold for a repeat with other content, or for a purpose that is not a new document."""
    if earlier:
        return Finding(
            problem=problems.LOOKS_LIKE_CHANGE,
            severity=Severity.HOLD,
            message=f"{document.number} came before as exchange {earlier[-1].id}, with other content",
            where=Where(path="number"),
            value=document.number,
            hint=_REPEATED if isinstance(document, PurchaseOrder | OrderChange) else _BY_HAND,
        )
    if document.purpose in {"cancel", "change", "replace", "duplicate"} and isinstance(
        document, PurchaseOrder
    ):
        return Finding(
            problem=problems.LOOKS_LIKE_CHANGE,
            severity=Severity.HOLD,
            message=f"order {document.number} has purpose {document.purpose!r}: it is no new order",
            where=Where(path="purpose"),
            value=document.purpose,
            hint="a duplicate is never posted; end this one with `hub cancel ID --why ...`"
            if document.purpose == "duplicate"
            else 'release it to apply it as a change of that order (changes = "apply" in the profile does so by '
            "itself), or end it with `hub cancel ID --why ...`",
        )
    return None
