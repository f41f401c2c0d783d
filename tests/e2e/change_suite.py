"""Orders change while they run: the whole hub, its partners over SFTP. A module subclasses it and gives `hub`.

Nothing here may know which Odoo is behind the hub.
"""

from __future__ import annotations

from typing import Any

from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import Direction, ErpRecord, State
from tests.support.live_hub import Counterpart, LiveHub, release
from tests.support.real_odoo import a_label, ordered
from tests.support.x12_desk import Read


def impatient(hub: LiveHub) -> LiveHub:
    """Let edits of our orders go out at once: nobody of these tests edits for long."""
    template = hub.root / "partners" / "_x12_supplier.toml"
    text = template.read_text()
    assert 'quiet           = "10s"' in text
    template.write_text(text.replace('quiet           = "10s"', 'quiet           = "1s"'))
    return hub


def change(number: str, change_number: str, *lines: str, purpose: str = "04") -> list[str]:
    """Return the segments of an 860."""
    head = f"BCH*{purpose}*SA*{number}**{change_number}*20261120*****20261121"
    return [head, *lines, *([f"CTT*{sum(line.startswith('POC') for line in lines)}"] if lines else [])]


def sale_lines(hub: LiveHub, order: ErpRecord) -> list[tuple[float, float]]:
    """Return (quantity, price) of each line of a sale order."""
    domain: list[Any] = [["order_id", "=", order.id]]
    fields = ["product_uom_qty", "price_unit"]
    rows = hub.world.session.search_read("sale.order.line", domain, fields, order="sequence, id")
    return [(row["product_uom_qty"], row["price_unit"]) for row in rows]


def changed(hub: LiveHub, customer: Counterpart, *body: str) -> Read:
    """The customer changes an order, gets the 997 and our 865."""
    control = customer.send("860", list(body))
    assert customer.acknowledged(control).one("AK9")[1] == "A"
    return customer.collect("865", body[0].replace("BCH", "BCA")[:7])


class ChangingTheirs:
    """A customer changes what they ordered."""

    def test_a_running_order_is_changed_answered_and_shipped_as_it_is_now(self, hub: LiveHub) -> None:
        number = ordered(hub, hub.bravo)
        _, order = hub.posted(number)
        hub.bravo.collect("855", f"BAK*00*AD*{number}*")
        lines = ("POC*1*QI*36**EA*9.99**BP*AR-1", "POC*2*DI", "POC*3*AI*5**EA*12.5**BP*AR-2")
        answer = changed(hub, hub.bravo, *change(number, "1", *lines))
        assert answer.one("BCA")[2:6] == ["AT", number, "", "1"]
        assert [a[1:4] for a in answer.all("ACK")] == [
            ["IA", "36", "EA"],
            ["ID", "2", "DZ"],
            ["IA", "5", "EA"],
        ]
        lines_now = sale_lines(hub, order)
        assert lines_now == [(36, 9.99), (0, 19.98), (5, 12.5)], lines_now
        hub.world.deliver(order, package=a_label())
        notice = hub.bravo.collect("856", "BSN*00*", f"PRF*{number}*")
        assert [sn1[2:4] for sn1 in notice.all("SN1")] == [["36", "EA"], ["5", "EA"]]
        late = changed(hub, hub.bravo, *change(number, "2", "POC*1*QD*30**EA"))
        assert late.one("BCA")[2] == "RD"
        assert "36 shipped already" in " ".join(m[1] for m in late.all("MSG"))
        assert sale_lines(hub, order)[0] == (36, 9.99)

    def test_a_cancelled_order_is_a_person_s_decision(self, hub: LiveHub) -> None:
        number = ordered(hub, hub.bravo)
        _, order = hub.posted(number)
        control = hub.bravo.send("860", change(number, "1", purpose="01"))
        assert hub.bravo.acknowledged(control).one("AK9")[1] == "A"
        held = hub.settled("1", State.HELD, document=DocType.ORDER_CHANGE, direction=Direction.IN)
        assert held.order_number == number
        release(hub, held)
        assert hub.bravo.collect("865", f"BCA*01*AT*{number}*").all("POC") == []
        assert hub.world.record("sale.order", order.id).state == "cancel"


class ChangingOurs:
    """We change what we ordered."""

    def test_a_revision_goes_out_once_and_its_answer_comes_back(self, hub: LiveHub) -> None:
        world = hub.world
        order = world.buy({world.widget: (10, 4.5)})
        hub.globex.accept(hub.globex.collect("850", f"BEG*00*SA*{order.name}*"))
        domain: list[Any] = [["order_id", "=", order.id]]
        (line,) = world.session.search_read("purchase.order.line", domain, ["name"])
        hub.settled(order.name, State.ACKNOWLEDGED, document=DocType.PURCHASE_ORDER)
        new = {"product_id": world.products[world.gadget], "product_qty": 3.0, "price_unit": 9.0}
        # price and day as the form gives them: Odoo works out anew what a quantity comes without
        kept = {"price_unit": 4.5, "date_planned": "2026-12-15 12:00:00"}
        commands = [[1, line["id"], {"product_qty": 12.0, **kept}], [0, 0, new]]
        world.session.write("purchase.order", [order.id], {"order_line": commands})
        told = hub.globex.collect("860", f"BCH*04*SA*{order.name}*")
        assert told.one("BCH")[5] == "1"
        assert [p[2:4] for p in told.all("POC")] == [["QI", "12"], ["AI", "3"]], told.data
        numbers = [p[1] for p in told.all("POC")]
        body = [
            f"BCA*04*AC*{order.name}**1*20261120***SO-{order.name}*20261121",
            f"POC*{numbers[0]}*QI*12**EA",
            "ACK*IQ*11*EA",
            f"POC*{numbers[1]}*AI*3**EA",
            "ACK*IA*3*EA",
            "CTT*2",
        ]
        control = hub.globex.send("865", body)
        assert hub.globex.acknowledged(control).one("AK9")[1] == "A"
        answer, kind = f"SO-{order.name}", DocType.ORDER_CHANGE_ACKNOWLEDGMENT
        held = hub.settled(answer, State.HELD, document=kind, direction=Direction.IN)
        with hub.service.hub.store.read() as tx:
            found = {f.problem for f in tx.findings(exchange_id=held.id)}
        assert found == {problems.QUANTITY_DIFFERS}
        release(hub, held)
        hub.settled(answer, State.POSTED, document=kind, direction=Direction.IN)
        rows = world.session.search_read("purchase.order.line", domain, ["product_qty"], order="id")
        assert [row["product_qty"] for row in rows] == [11, 3]
        world.session.call("purchase.order", "button_cancel", [order.id])
        gone = hub.globex.collect("860", f"BCH*01*SA*{order.name}*")
        assert gone.one("BCH")[5] == "2", "what they answered themselves was no change in between"
