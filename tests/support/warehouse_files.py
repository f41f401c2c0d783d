"""Hypothesis strategies for warehouse orders and advices, within what plain files can carry."""

from __future__ import annotations

from hypothesis import strategies as st

from hub.model.documents import AdvisedLine, Carriage, Lot, WarehouseAdvice, WarehouseLine, WarehouseOrder
from tests.support.documents import (
    amounts,
    dates,
    ids,
    maybe_date,
    maybe_text,
    notes,
    numbered,
    parties,
    party_ids,
    table,
    texts,
)

_number = st.none() | amounts
_lots = st.lists(st.builds(Lot, number=texts, quantity=_number, expires=maybe_date), max_size=1).map(tuple)
_carriage = st.none() | st.builds(Carriage, scac=texts, tracking=maybe_text)
_places = parties(["depositor", "warehouse", "ship_to"], party_ids)

warehouse_orders = st.builds(
    WarehouseOrder,
    number=texts,
    kind=st.sampled_from(["ship", "receive"]),
    date=maybe_date,
    order_number=maybe_text,
    shipment=maybe_text,
    dates=table(["ship_requested", "delivery_estimated"], dates),
    parties=_places,
    carriage=_carriage,
    notes=notes,
    lines=numbered(
        st.builds(
            WarehouseLine,
            number=texts,
            order_line=maybe_text,
            quantity=amounts,
            unit=texts,
            ids=ids,
            description=maybe_text,
            lots=_lots,
            weight=_number,
            weight_unit=maybe_text,
        )
    ),
)

warehouse_advices = st.builds(
    WarehouseAdvice,
    number=texts,
    kind=st.sampled_from(["shipped", "received"]),
    date=maybe_date,
    completeness=st.sampled_from(["", "full", "exceptions"]),
    warehouse_order=maybe_text,
    order_number=maybe_text,
    shipment=maybe_text,
    dates=table(["shipped", "delivery_estimated"], dates),
    parties=_places,
    carriage=_carriage,
    package_count=st.none() | st.integers(0, 9999),
    lines=numbered(
        st.builds(
            AdvisedLine,
            number=texts,
            order_line=maybe_text,
            quantity=amounts,
            unit=texts,
            ids=ids,
            description=maybe_text,
            status=maybe_text,
            ordered=_number,
            difference=_number,
            damaged=_number,
            lots=_lots,
            labels=notes,
        )
    ),
)
