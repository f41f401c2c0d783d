"""post: bring a translated document to Odoo, once.

translated | in_doubt -> posted      the record exists, with our key as its external id
translated | in_doubt -> held        Odoo's data do not fit (price, quantity, unknown product, closed order),
                                     or the order is made and Odoo does not confirm it
translated            -> in_doubt    sent, and no answer came: looked up by its key before any new try
stays                                Odoo is down or busy, or a change waits for its order: tried again by itself

An order that is found, not made, may have been decided or shipped while the hub did not know that it was
there, and `watch` passed it by as a stranger's: all there is to tell of it is noticed with the step that
finds it. What is noticed twice is one exchange, by its key.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from msgspec import structs

from hub.erp.port import PostResult
from hub.model.documents import AnyDocument, DocType, PurchaseOrder
from hub.model.errors import Retryable, Undeliverable
from hub.model.exchange import Exchange, State
from hub.model.finding import Severity
from hub.model.outcome import NewExchange, Outcome
from hub.model.schedule import opens_in
from hub.stages import watch
from hub.stages.posting import CROWDS, POSTERS, Needs, Posted, origin
from hub.stages.recording.posting import post_records

__all__ = ["Needs", "origin", "post", "post_all"]

_log = logging.getLogger("hub.post")


def post(exchange: Exchange, needs: Needs) -> Outcome:
    """Post one translated document; a repeat finds what an earlier try left behind."""
    found = post_all([exchange], needs)[0]
    if isinstance(found, Outcome):
        return found
    raise found


def post_all(exchanges: Sequence[Exchange], needs: Needs) -> list[Outcome | Exception]:
    """Post translated documents of one kind and one partner; one answer for each: what to do, or what went wrong."""
    found: dict[int, Outcome | Exception] = {}
    going: list[tuple[Exchange, AnyDocument]] = []
    with needs.looking_at(exchanges):
        for exchange in exchanges:
            try:
                if closed := _closed_for(exchange, needs):
                    why = "waits for its time of day"
                    found[exchange.id] = Outcome(state=exchange.state, why=why, due_in_seconds=closed)
                else:
                    going.append((exchange, needs.document(exchange)))
            except Exception as fault:  # noqa: BLE001 - the fault of one is its own
                found[exchange.id] = fault
    for (exchange, document), done in zip(going, _bring(going, needs), strict=True):
        found[exchange.id] = _decided(exchange, document, done, needs)
    return [found[exchange.id] for exchange in exchanges]


def _bring(
    documents: Sequence[tuple[Exchange, AnyDocument]], needs: Needs
) -> Iterator[Posted | Outcome | Exception]:
    """Yield what came of each document, in as many calls as Odoo takes well."""
    at_once = needs.erp().order_batch_size() if documents and documents[0][1].doc_type in CROWDS else 1
    for start in range(0, len(documents), at_once):
        some = documents[start : start + at_once]
        try:
            yield from _bring_some(some, needs)
        except Exception as fault:  # noqa: BLE001 - `_failed` and the pipeline sort them
            yield from [fault] * len(some)


def _bring_some(
    documents: Sequence[tuple[Exchange, AnyDocument]], needs: Needs
) -> Sequence[Posted | Outcome | Exception]:
    exchange, document = documents[0]
    if document.doc_type is DocType.RECORDS:
        return [post_records(exchange, document, needs)]
    with needs.erp().acting_for(needs.partner(exchange.partner).company):
        if crowd := CROWDS.get(document.doc_type):
            return crowd(documents, needs)
        return [POSTERS[document.doc_type](exchange, document, needs)]


def _decided(
    exchange: Exchange, document: AnyDocument, done: Posted | Outcome | Exception, needs: Needs
) -> Outcome | Exception:
    if isinstance(done, Exception):
        return _failed(exchange, done)
    try:
        return _told(exchange, document, done, needs) if isinstance(done, Posted) else done
    except Exception as fault:  # noqa: BLE001 - the fault of one is its own
        return _failed(exchange, fault)


def _failed(exchange: Exchange, fault: Exception) -> Outcome | Exception:
    """Return what a fault means where the document may be in Odoo by now; the pipeline sorts all others."""
    if not isinstance(fault, Retryable) or fault.wait_seconds is not None:  # nobody was asked
        return fault
    state = State.IN_DOUBT if fault.in_doubt else exchange.state
    return Outcome(state=state, why=str(fault), tried=True, trouble=fault.trouble)


def _told(exchange: Exchange, document: AnyDocument, done: Posted, needs: Needs) -> Outcome:
    if done.wait is not None:
        return Outcome(state=exchange.state, why=done.wait.why, due_in_seconds=done.wait.seconds)
    outcome = _kept(done) if done.stock is not None else _outcome(done.result, done.more)
    if outcome.state is not State.POSTED:
        return outcome
    missed = _missed(exchange, outcome, done.result, needs) if isinstance(document, PurchaseOrder) else ()
    return structs.replace(outcome, noticed=done.noticed + missed, artifacts=done.artifacts)


def _closed_for(exchange: Exchange, needs: Needs) -> float:
    """Return for how many seconds this kind of document is not to go to Odoo; what a person released goes."""
    agreed = needs.partner(exchange.partner).receive.get(exchange.document)
    if agreed is None or not agreed.when or exchange.released or exchange.state is State.IN_DOUBT:
        return 0.0
    return opens_in(agreed.when, needs.now())


def _missed(
    exchange: Exchange, outcome: Outcome, result: PostResult, needs: Needs
) -> tuple[NewExchange, ...]:
    if outcome.posted is None or result.created:
        return ()
    try:
        return watch.news_of(exchange, outcome.posted, needs)
    except (
        Undeliverable
    ) as fault:  # a right or a module is missing for some topic; the order is in Odoo all the same
        _log.warning("exchange %s: what Odoo decided of it before can't be read: %s", exchange.id, fault)
        return ()


def _kept(done: Posted) -> Outcome:
    """Return the outcome of what stays in the hub."""
    return Outcome(
        state=State.POSTED, why=f"keeps {done.more}", findings=done.result.findings, stock=done.stock
    )


def _outcome(result: PostResult, more: str) -> Outcome:
    held = [f for f in result.findings if f.severity in {Severity.HOLD, Severity.ERROR}]
    changes = {"erp": result.record} if result.record else {}
    if held or result.record is None:
        why = held[0].line() if held else "Odoo took nothing and gave no reason"
        others = f" (and {len(held) - 1} more)" if len(held) > 1 else ""
        return Outcome(state=State.HELD, why=why + others, findings=result.findings, changes=changes)
    verb = "made" if result.created else "found"
    return Outcome(
        state=State.POSTED,
        why=f"{verb} {result.record.name or result.record.id}{more}",
        findings=result.findings,
        changes=changes,
        posted=result.record,
    )
