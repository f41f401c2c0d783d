"""Transfers of a warehouse that somebody keeps for us: told to them, and done as they say they did it.

What came is written on the transfer's moves as done (`picked`) in one transaction and is the same however often it is
written: the sum of all advices on the transfer, which are kept on it (see ledger.py). Each is told on it before it is
kept, and validating asks for the transfer's state first.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from hub.erp.odoo.advice_writing import AdviceWriting
from hub.erp.odoo.advised import Plan, changed_by_hand, plan_of
from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.lookups import Codes, hold
from hub.erp.odoo.names import Names
from hub.erp.odoo.parties import Parties
from hub.erp.odoo.reading import day, plain, ref_id, ref_name, text
from hub.erp.odoo.refusals import refused
from hub.erp.odoo.storage import Storage
from hub.erp.odoo.telling import Asked
from hub.erp.odoo.transfers import CLOSED, DIRECTIONS, Move, Transfers
from hub.erp.port import PostResult
from hub.erp.port.warehousing import AdvicePolicy
from hub.model import problems
from hub.model.documents import Carriage, DocType, Party, WarehouseAdvice, WarehouseLine, WarehouseOrder
from hub.model.exchange import ErpRecord
from hub.model.finding import Finding

_KINDS = {"outgoing": "ship", "incoming": "receive"}
_ORDER_OF = {"shipped": "ship", "received": "receive"}
_LONGEST_CHAIN = 50  # backorders of one transfer


class OdooWarehousing(Storage):
    """The warehouses of one Odoo."""

    def __init__(
        self, session: Session, names: Names, ledger: Ledger, codes: Codes, parties: Parties
    ) -> None:
        super().__init__(session, names, ledger, codes, Transfers(session, names, codes))
        self._parties = parties
        self._writing = AdviceWriting(session, names)

    # --- told
    def read(self, transfer: ErpRecord) -> WarehouseOrder:
        """Return a transfer as an order to its warehouse."""
        head = self._transfers.head(transfer.id)
        moves = [move for move in self._transfers.moves([transfer.id]) if move.demand]
        kind = _KINDS.get(text(head["picking_type_code"]), "ship")
        zone = self._session.zone()
        planned, wanted = day(head["scheduled_date"], zone), day(head["date_deadline"], zone)
        dates = {
            "ship_requested" if kind == "ship" else "delivery_estimated": planned,
            "delivery_requested": wanted,
        }
        note = plain(head["note"])
        carrier = ref_name(head.get("carrier_id"))
        order_number, refs = self._order(head)
        return WarehouseOrder(
            number=text(head["name"]),
            date=planned,
            purpose="cancel" if head["state"] == "cancel" else "original",
            kind=kind,
            order_number=order_number,
            refs=refs,
            dates={name: value for name, value in dates.items() if value},
            parties=self._parties_of(head, kind),
            notes=tuple(line for line in note.splitlines() if line.strip()),
            carriage=Carriage(routing=carrier) if carrier else None,
            lines=tuple(_line(at, move) for at, move in enumerate(moves, 1)),
        )

    def _order(self, head: Values) -> tuple[str, dict[str, str]]:
        """Return the customer's order number, or our purchase order's; and our own number for a sale."""
        sale = ref_id(head.get("sale_id"))
        if not sale:
            return text(head["origin"]), {}
        row = self._session.one("sale.order", sale, ["name", "client_order_ref"])
        return text(row["client_order_ref"]) or text(row["name"]), {"vendor_order": text(row["name"])}

    def _parties_of(self, head: Values, kind: str) -> dict[str, Party]:
        warehouse = self._transfers.warehouse(ref_id(head["picking_type_id"]))
        depositor = self._parties.company_partner(ref_id(head["company_id"]))
        roles = {
            "ship_to" if kind == "ship" else "ship_from": ref_id(head["partner_id"]),
            "depositor": depositor,
            "warehouse": ref_id(warehouse["partner_id"]) or depositor,
        }
        found = self._parties.of(roles)
        code = Party(name=text(warehouse["code"]))
        found["warehouse"] = replace(found.get("warehouse", code), id=text(warehouse["code"]), id_kind="92")
        return found

    # --- done
    def post(self, key: str, advice: WarehouseAdvice, policy: AdvicePolicy) -> PostResult:
        """Write what a warehouse did on its transfer, once."""
        with self._ledger.one_at_a_time(key):
            found = self._ledger.find(key, ["ir.attachment"])
            transfer = found or self._transfer_of(advice, policy)
            if isinstance(transfer, Finding):
                return PostResult(findings=(transfer,))
            moves = [m for m in self._transfers.moves([transfer.id]) if m.state not in CLOSED]
            if found and (found.state in CLOSED or not moves):
                return PostResult(record=found)
            earlier = [one for one in self._kept_advices(transfer.id) if one.number != advice.number]
            aside = bool(policy.damaged)
            plan, findings = plan_of(
                advice, moves, transfer.name, released=policy.released, earlier=earlier, aside=aside
            )
            if earlier and not found and not policy.released:
                findings += changed_by_hand(plan, advice, transfer.name)
            targets = self._writing.targets(plan, advice, policy, findings)
            if findings:
                return PostResult(record=found, findings=tuple(findings))
            if found:
                return self._validated(transfer, advice, plan, policy, created=False)
            try:
                self._writing.write(transfer, [*earlier, advice], plan, targets)
            except Refused as e:
                return PostResult(findings=(refused(e, f"advice {advice.number}"),))
            self._tell(key, transfer, advice, plan)
            created = self._ledger.mark(key, transfer, advice)
            return self._validated(transfer, advice, plan, policy, created=created)

    def _kept_advices(self, transfer: int) -> list[WarehouseAdvice]:
        """Return the advices that were written on a transfer, oldest first."""
        kept = self._ledger.kept(ErpRecord("stock.picking", transfer), DocType.WAREHOUSE_ADVICE)
        return [one for one in kept if isinstance(one, WarehouseAdvice)]

    def _transfer_of(self, advice: WarehouseAdvice, policy: AdvicePolicy) -> ErpRecord | Finding:
        """Return the open transfer that an advice is about: the one that was ordered, or what is left of it."""
        said, direction = advice.warehouse_order, DIRECTIONS[_ORDER_OF.get(advice.kind, "ship")]
        domain: list[Any] = [["name", "=", said], ["picking_type_code", "=", direction]]
        domain.append(["picking_type_id.warehouse_id.code", "=", policy.warehouse])
        rows = self._session.search_read("stock.picking", domain, ["name", "state"]) if said else []
        if not rows:
            return _no_transfer(said, policy.warehouse)
        newest = rows[0]
        for _ in range(_LONGEST_CHAIN):
            if newest["state"] not in CLOSED:
                return ErpRecord("stock.picking", newest["id"], text(newest["name"]), text(newest["state"]))
            if any(one.number == advice.number for one in self._kept_advices(newest["id"])):
                return _told_already(text(newest["name"]), advice)
            later = [["backorder_id", "=", newest["id"]]]
            rest = self._session.search_read(
                "stock.picking", later, ["name", "state"], order="id desc", limit=1
            )
            if not rest:
                break
            newest = rest[0]
        return _closed(said, text(newest["state"]), advice)

    def _validated(
        self,
        transfer: ErpRecord,
        advice: WarehouseAdvice,
        plan: Plan,
        policy: AdvicePolicy,
        *,
        created: bool,
    ) -> PostResult:
        """Validate a transfer as the policy says; what is in question, or what Odoo refuses then, is for a person.

        What is in question is decided by a release only once it was written: before, nobody was told of it.
        """
        wanted = policy.validate == "always" or (policy.validate == "when_exact" and plan.exact)
        findings: tuple[Finding, ...] = ()
        if wanted and plan.doubts and (created or not policy.released):
            findings = (_in_question(transfer, advice, plan),)
        elif wanted:
            dropped = [transfer.id] if plan.drops_rest else []
            context = {"skip_backorder": True, "picking_ids_not_to_backorder": dropped}
            try:
                self._session.call("stock.picking", "button_validate", [transfer.id], context=context)
            except Refused as e:
                findings = (refused(e, f"validation of {transfer.name}"),)
        record = self._ledger.record("stock.picking", transfer.id)
        return PostResult(record=record, created=created, findings=findings)

    def _tell(self, key: str, transfer: ErpRecord, advice: WarehouseAdvice, plan: Plan) -> None:
        """Write on the transfer what the warehouse said, and what of it no field takes; ask about what is in doubt."""
        parts = [f"Warehouse advice {advice.number}: {advice.kind}, came in by EDI"]
        carriage = advice.carriage or Carriage()
        named = (("carrier", carriage.scac or carriage.routing), ("bill of lading", carriage.bill_of_lading))
        parts += [f"{name} {value}" for name, value in named if value]
        short = [one for one in plan.done if one.quantity < one.move.demand]
        parts += [f"{one.move.label}: {one.quantity} of {one.move.demand} {one.move.unit}" for one in short]
        parts += [
            f"{line.damaged} of {line.sku or line.number} damaged" for line in advice.lines if line.damaged
        ]
        asked = (
            Asked(summary=f"Warehouse advice {advice.number}: look before validating", note=plan.doubts)
            if plan.doubts
            else None
        )
        self._ledger.tell(key, transfer, f"{'; '.join(parts)}. Key {key}.", asked)


def _line(at: int, move: Move) -> WarehouseLine:
    product = move.product
    return WarehouseLine(
        number=str(at),
        order_line=move.line,
        quantity=move.demand,
        unit=move.unit,
        ids={kind: value for kind, value in {"vendor_part": product.code, **product.ids}.items() if value},
        description=product.name,
        lots=move.lots,
        sku=product.code,
        our_quantity=move.demand,
        our_unit=move.unit,
    )


def _no_transfer(said: str, warehouse: str) -> Finding:
    return hold(
        problems.ORDER_UNKNOWN,
        f"no transfer {said!r} in the warehouse {warehouse!r} of Odoo",
        where="warehouse_order",
        value=said,
        hint="Ask the warehouse which order they mean.",
    )


def _closed(said: str, state: str, advice: WarehouseAdvice) -> Finding:
    return hold(
        problems.ERP_REFUSED,
        f"{said} is {'cancelled' if state == 'cancel' else state} in Odoo, and nothing is left of it; the warehouse "
        f"tells of it in {advice.number}",
        where="warehouse_order",
        value=said,
        hint="Settle it with the warehouse and correct the stock in Odoo; then cancel this exchange.",
    )


def _told_already(name: str, advice: WarehouseAdvice) -> Finding:
    return hold(
        problems.ALREADY_POSTED,
        f"{advice.number} was told of {name} before, and that is closed",
        where="number",
        value=advice.number,
        hint="Correct the stock in Odoo where they tell something new; then cancel this exchange.",
    )


def _in_question(transfer: ErpRecord, advice: WarehouseAdvice, plan: Plan) -> Finding:
    return hold(
        problems.QUANTITY_DIFFERS,
        f"{transfer.name} is prepared and not validated: {'; '.join(plan.doubts)}",
        where="lines",
        value=advice.number,
        hint="Put aside in Odoo what must not be sold, or correct the quantities; release to validate it so.",
    )
