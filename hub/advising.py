"""advising: how the partner hears that an operator refused a document of theirs.

The 824 is written in the transaction of the decision, with control numbers of its own, once a document: a document
that is rejected again after a redrive was advised already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from hub import commit
from hub.model.documents import DocType
from hub.model.exchange import Direction, Exchange
from hub.model.partner import Partner
from hub.operations import Refused
from hub.stages.acknowledge import answer_document
from hub.stages.addresses import Company
from hub.store import Tx
from translators.port import Acknowledger


class Advising:
    """Writes the 824 for `Operations.reject`, where the partner's profile has [send.application_advice]."""

    def __init__(
        self,
        partners: Callable[[], Mapping[str, Partner]],
        company: Company,
        acknowledger: Acknowledger,
        clock: Callable[[], datetime],
    ) -> None:
        self._partners, self._company = partners, company
        self._acknowledger, self._clock = acknowledger, clock

    def now(self) -> datetime:
        """Return the instant, UTC."""
        return self._clock()

    def __call__(self, tx: Tx, exchange: Exchange, why: str) -> str:
        """Write the 824 on a document, if one is due; return in words how the partner hears of it."""
        partner = self._partners().get(exchange.partner)
        if partner is None:
            raise Refused(
                f"the profile of {exchange.partner} does not load, and it says whether an 824 is owed; "
                f"run `hub partner lint {exchange.partner}`"
            )
        parts = (exchange, *tx.exchanges_beside(exchange))  # of one document, which is advised once
        for told in (told for part in parts for told in tx.acknowledgments(part.id)):
            if told.direction is Direction.OUT and told.kind == "824":
                return f"exchange {told.ack_exchange_id} told them before"
        findings = tuple(tx.findings(exchange_id=exchange.id))
        reply = answer_document(
            exchange, findings, why, partner=partner, company=self._company, x12=self._acknowledger
        )
        if reply is None:
            return (
                f"no [send.{DocType.APPLICATION_ADVICE}] is agreed with {partner.name}, so tell them yourself"
            )
        assert exchange.transmission_id is not None, "a received document came in a file"
        added = commit.add_reply(tx, reply, exchange.transmission_id, self)
        return f"exchange {added.id} tells them by an 824"
