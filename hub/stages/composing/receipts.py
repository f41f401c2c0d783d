"""What vendors hear of our receipts: what came of their shipments, short, over and broken."""

from __future__ import annotations

from hub.model.exchange import ErpRecord, Exchange
from hub.model.partner import Partner
from hub.stages.composing.needs import Composed, Needs
from translators.crosswalk import to_partner


def compose_receiving_advice(
    exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs
) -> Composed:
    """Tell what was received, in the numbers that the vendor knows."""
    advice = needs.erp().receiving.read(source)
    tables, faults = needs.send_tables(partner, exchange)
    document, findings = to_partner(advice, tables)
    return Composed(document, faults + findings)
