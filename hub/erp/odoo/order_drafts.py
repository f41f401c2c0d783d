"""Customers' orders in Odoo's terms, or what holds them: customer, address, products, units, prices.

All look-ups are one call each for all orders together; nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.customer_items import CustomerItems
from hub.erp.odoo.lookups import EACH, Codes, Product, hold, our_quantity
from hub.erp.odoo.names import Names
from hub.erp.odoo.order_charges import all_priced, charge_goods
from hub.erp.odoo.partners import Partners
from hub.erp.odoo.pricing import needs_prices, priced
from hub.erp.odoo.quoting import Goods, Quote, Quoting
from hub.erp.odoo.reading import noon
from hub.erp.port import OrderPolicy, OrderRequest
from hub.model import problems
from hub.model.documents import OrderLine, PurchaseOrder
from hub.model.finding import Finding


class Draft(Struct, frozen=True):
    """One order as it is to be made; findings say why it may not be."""

    request: OrderRequest
    customer: Values | Finding
    header: Mapping[str, str] = {}
    lines: tuple[OrderLine, ...] = ()  # those that `goods` begin with
    goods: tuple[Goods, ...] = ()
    noted: tuple[OrderLine, ...] = ()  # lines that are only noted
    findings: tuple[Finding, ...] = ()

    @property
    def key(self) -> str:
        """Return the order's key."""
        return self.request.key

    @property
    def order(self) -> PurchaseOrder:
        """Return the order without the lines that are only noted."""
        return structs.replace(self.request.order, lines=self.lines)


class Drafts:
    """Works orders out for one Odoo."""

    def __init__(self, session: Session, names: Names, codes: Codes) -> None:
        self._codes = codes
        self._items = CustomerItems(session, codes)
        self._quoting = Quoting(session, names)

    def partners(self, requests: Sequence[OrderRequest]) -> Partners:
        """Return the customers of orders and the places that they name."""
        places = [p for r in requests if (p := r.order.parties.get("ship_to"))]
        return self._codes.partners((r.policy.customer_ref for r in requests), places)

    def of(self, requests: Sequence[OrderRequest], known: Partners) -> list[Draft]:
        """Return the drafts of orders, with all that holds them but what stands in Odoo already."""
        drafts = self._lined([self._headed(request, known) for request in requests])
        drafts = self._priced(drafts)
        return self._charged(drafts)

    def goods(self, order: PurchaseOrder, policy: OrderPolicy) -> tuple[list[Goods], list[Finding]]:
        """Return an order's lines in Odoo's terms, priced by the policy, or what holds them."""
        request = OrderRequest("", order, policy)
        customer = self._codes.partner(policy.customer_ref)
        if isinstance(customer, Finding):
            return [], [customer]
        (draft,) = self._lined([Draft(request, customer)])
        if draft.findings:
            return [], list(draft.findings)
        (draft,) = self._priced([draft])
        return list(draft.goods), list(draft.findings)

    # --- header
    def _headed(self, request: OrderRequest, known: Partners) -> Draft:
        """Return a draft with the header's columns, or with findings."""
        order, policy = request.order, request.policy
        customer = known.company(policy.customer_ref)
        if isinstance(customer, Finding):
            return Draft(request, customer, findings=(customer,))
        findings = [] if policy.released or policy.one_place else _split(order)
        header = {
            "partner_id/.id": str(customer["id"]),
            "client_order_ref": order.reference,
            "origin": policy.origin,
            "date_order": noon(order.date),
            "commitment_date": noon(order.dates.get("delivery_requested")),
            "note": "\n".join(order.notes),
        }
        if "ship_to" in order.parties:
            address = self._codes.ship_to(order.parties["ship_to"], customer, known)
            if isinstance(address, Finding):
                findings.append(address)
            elif address:
                header["partner_shipping_id/.id"] = str(address)
        return Draft(request, customer, header, findings=tuple(findings))

    # --- lines
    def _lined(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Return the drafts with their lines in Odoo's terms."""
        orders = [draft.request.order for draft in drafts]
        units = self._codes.units(name for o in orders for li in o.lines if (name := _unit_name(li)))
        wanted = [(d.request.order.lines, d.customer) for d in drafts]
        items = self._items.products_of(wanted)
        return [self._with_lines(draft, found, units) for draft, found in zip(drafts, items, strict=True)]

    def _with_lines(
        self, draft: Draft, items: Sequence[Product | Finding], units: Mapping[str, int]
    ) -> Draft:
        """Return a draft with its goods; a line of no item leaves a finding, or is noted by agreement."""
        noting = draft.request.policy.unknown_item == "note"
        lines, noted, goods, findings = [], [], [], list(draft.findings)
        if not draft.request.order.lines:
            hint = "Ask the partner for the lines, or cancel this exchange."
            findings.append(hold(problems.FIELD_MISSING, "the order has no lines", where="lines", hint=hint))
        for index, (line, item) in enumerate(zip(draft.request.order.lines, items, strict=True)):
            if isinstance(item, Finding) and noting:
                noted.append(line)
                continue
            lines.append(line)
            made = item if isinstance(item, Finding) else self._goods(index, line, item, units)
            if isinstance(made, Finding):
                findings.append(made)
            else:
                goods.append(made)
        if noted and not lines:
            message = "no line of the order names an item that we know"
            hint = "Add the items to the partner's crosswalk; then release."
            findings.append(hold(problems.CODE_UNKNOWN, message, where="lines", hint=hint))
        return structs.replace(
            draft, lines=tuple(lines), noted=tuple(noted), goods=tuple(goods), findings=tuple(findings)
        )

    def _goods(self, index: int, line: OrderLine, item: Product, units: Mapping[str, int]) -> Goods | Finding:
        """Return a line in Odoo's terms, in the unit to order in: never take their case for our piece."""
        wanted = _unit_name(line)
        if wanted and wanted not in units:
            where = f"lines[{index}].our_unit"
            message = f"line {line.number}: no unit is called {wanted!r}"
            return self._codes.unknown("unit", wanted, message, where)
        quantity, price = our_quantity(line.quantity, line.unit_price, line.our_quantity)
        unit = units[wanted] if wanted else item.unit_id
        return Goods(item, quantity, unit, price, line.description or item.name)

    # --- prices
    def _priced(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Return the drafts with the prices to write, those that are held as they are."""
        quotes = self._quotes([(d, goods) for d in drafts if (goods := _to_quote(d)) is not None])
        return [d if d.findings else _agreed(d, quotes.get(d.key)) for d in drafts]

    def _quotes(self, wanted: Sequence[tuple[Draft, Sequence[Goods]]]) -> dict[str, Quote]:
        """Return what Odoo would charge for these goods of orders, by the orders' keys: one call for each customer."""
        by_customer: dict[int, dict[str, Sequence[Goods]]] = {}
        for draft, goods in wanted:
            assert not isinstance(draft.customer, Finding)
            by_customer.setdefault(draft.customer["id"], {})[draft.key] = goods
        quotes: dict[str, Quote] = {}
        for customer, theirs in by_customer.items():
            asked = self._quoting.quotes(customer, list(theirs.values()))
            quotes.update(zip(theirs, asked, strict=True))
        return quotes

    # --- allowances and charges
    def _charged(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Return the drafts with a line more for each allowance and charge; beside one no line is without a price."""
        charged = charge_goods([draft.order for draft in drafts], self._codes)
        drafts = [
            structs.replace(draft, findings=(*draft.findings, *misplaced))
            for draft, (_, misplaced) in zip(drafts, charged, strict=True)
        ]
        quotes = self._quotes(
            [
                (draft, draft.goods)
                for draft, (more, _) in zip(drafts, charged, strict=True)
                if more and not draft.findings and any(g.price is None for g in draft.goods)
            ]
        )
        return [
            structs.replace(draft, goods=(*_filled(draft.goods, quotes.get(draft.key)), *more))
            for draft, (more, _) in zip(drafts, charged, strict=True)
        ]


def _to_quote(draft: Draft) -> Sequence[Goods] | None:
    """Return the goods that Odoo is asked the prices of; none where only its currency counts, None for no question."""
    if draft.findings:
        return None
    if needs_prices(draft.goods, draft.request.policy):
        return draft.goods
    return () if draft.request.order.currency else None


def _agreed(draft: Draft, quote: Quote | None) -> Draft:
    """Return a draft with the prices that count, or with what holds it."""
    goods, findings = priced(draft.order, draft.goods, quote, draft.request.policy)
    return structs.replace(draft, goods=tuple(goods), findings=tuple(findings))


def _filled(goods: Sequence[Goods], quote: Quote | None) -> Sequence[Goods]:
    return goods if quote is None else all_priced(goods, quote.prices)


def _unit_name(line: OrderLine) -> str:
    """Return the name of the unit to order in, "" for the product's own."""
    return line.our_unit or ("" if line.unit.upper() in EACH else line.unit)


def _split(order: PurchaseOrder) -> list[Finding]:
    """Return a finding for each line that is to go to several places (X12 SDQ): one order goes to one."""
    return [
        hold(
            problems.FIELD_UNMAPPED,
            f"line {line.number} is split over {len(places)} places: {', '.join(sorted(places))}",
            where=f"lines[{index}].splits",
            hint="Release it to post the whole to the order's one delivery address, or enter it by hand.",
        )
        for index, line in enumerate(order.lines)
        if len(places := {s.location for s in line.splits if s.location}) > 1
    ]
