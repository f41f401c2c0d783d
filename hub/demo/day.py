"""The script of the day: three partners, what they send, and what each of them must get back."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from importlib import resources
from typing import TypeVar

from msgspec import Struct

from hub.demo.people import People, sscc
from hub.demo.traders import Got, Trader, X12Desk, accept, announce, bill
from hub.model.documents import DocType, PurchaseOrder
from translators.x12.sets import set_of

WAIT_SECONDS = 30.0
MOST_SHOWN = 48

Say = Callable[[str, str], None]
T = TypeVar("T")


class Expected(Struct, frozen=True, kw_only=True):
    """One line of the closing table."""

    partner: str
    what: str
    got: str  # the file's name; empty when it never came
    says: str
    after_seconds: float

    @property
    def arrived(self) -> bool:
        """Say whether it came."""
        return bool(self.got)


class _Missed(Exception):  # noqa: N818 - it ends a scene, and is no fault of ours
    """Raised when something that a scene builds on never came; the other scenes go on."""


class Day:
    """Plays the day. `say(who, text)` shows what happens as it happens; `acknowledged(partner, document)`
    says whether the hub has booked the partner's acknowledgment of a document of ours."""

    def __init__(
        self,
        people: People,
        traders: dict[str, Trader],
        say: Say,
        acknowledged: Callable[[str, DocType], bool],
    ) -> None:
        self._people, self._traders, self._say = people, traders, say
        self._booked = acknowledged
        self._today = dt.datetime.now().astimezone().date()
        self.results: list[Expected] = []

    def play(self) -> None:
        """Play it all; what does not come is noted, and the day goes on."""
        for scene in (self._customer, self._supplier, self._csv_customer):
            try:
                scene()
            except _Missed:
                continue

    # --- ACME orders by X12
    def _customer(self) -> None:
        acme, desk = self._traders["acme"], X12Desk("ZZ:ACMERETAIL", "ZZ:OURCO")
        order = _file("acme_order.edi")
        number = desk.read(order).number
        self._say("acme", f"uploads order {number} (850)")
        acme.put("order.edi", order)
        self._expect("acme", "997 for their 850", "997", b"AK9*A")
        self._say("acme", "uploads an order whose quantity is not a number")
        bad = order.replace(b"000000101", b"000000102").replace(b"PO1*1*24*", b"PO1*1*two dozen*")
        acme.put("bad-order.edi", bad)
        self._expect("acme", "997 that rejects the bad one", "997", b"AK5*R")
        sale = self._find_order("acme", number)
        self._say("us", f"confirm {self._people.confirm(sale)} in Odoo")
        self._answered("acme", desk, DocType.ORDER_ACKNOWLEDGMENT, b"BAK*")
        self._say("us", f"ship {self._people.ship(sale, sscc(1))} in Odoo, packed and labelled")
        self._answered("acme", desk, DocType.SHIP_NOTICE, b"BSN*")
        self._say("us", f"post invoice {self._people.invoice(sale)} in Odoo")
        self._answered("acme", desk, DocType.INVOICE, b"TDS*")

    # --- we order from GLOBEX by X12
    def _supplier(self) -> None:
        globex, desk = self._traders["globex"], X12Desk("01:123456789", "ZZ:OURCO")
        name = self._people.buy("GLOBEX", {"HUB-2001": 40, "HUB-2002": 8})
        self._say("us", f"confirm purchase order {name} in Odoo")
        got = self._answered("globex", desk, DocType.PURCHASE_ORDER, b"BEG*")
        order = desk.read(got.data)
        assert isinstance(order, PurchaseOrder)
        stamp = f"{int(time.time()) % 1_000_000:06d}"
        for kind, document in (
            ("855", accept(order, f"GA{stamp}", self._today)),
            ("856", announce(order, f"GS{stamp}", self._today)),
            ("810", bill(order, f"GI{stamp}", self._today)),
        ):
            self._say("globex", f"uploads its {kind} for {order.number}")
            globex.put(f"{kind}.edi", desk.write(document))
            self._expect("globex", f"997 for their {kind}", "997", b"AK9*A")
        state = self._wait_for(lambda: self._people.bill_state(f"GI{stamp}")) or ""
        self._say("us", f"find their invoice GI{stamp} in Odoo as a {state or 'MISSING'} bill")
        self._note("globex", "their invoice as a bill in Odoo", f"GI{stamp}" if state else "", state)

    # --- NORDIC orders by CSV
    def _csv_customer(self) -> None:
        nordic = self._traders["nordic"]
        rows = _file("nordic_order.csv")
        number = rows.splitlines()[1].split(b";")[0].decode()
        self._say("nordic", f"uploads order {number} (CSV)")
        nordic.put("order.csv", rows)
        self._expect("nordic", "receipt for their file", "receipt", b";accepted;")
        sale = self._find_order("nordic", number)
        self._say("us", f"confirm {self._people.confirm(sale)}, ship it, and post its invoice")
        self._people.ship(sale)
        self._expect("nordic", "ship notice (CSV)", "ship_notice", number.encode())
        self._people.invoice(sale)
        self._expect("nordic", "invoice (CSV)", "invoice", number.encode())

    # --- how
    def _find_order(self, user: str, number: str) -> int:
        found = self._wait_for(lambda: self._people.find_order(number))
        self._note(user, f"order {number} in Odoo", str(found or ""), "sale order" if found else "")
        if found is None:
            raise _Missed
        return found

    def _answered(self, user: str, desk: X12Desk, document: DocType, must: bytes) -> Got:
        """Wait for a document of ours, let the partner acknowledge it, and see the hub book that."""
        set_id = set_of(document)
        got = self._expect(user, f"{set_id} {document.value.replace('_', ' ')}", set_id, must)
        self._say(user, f"uploads a 997 for our {set_id}")
        self._traders[user].put(f"997-{set_id}.edi", desk.acknowledge(got.data))
        booked = self._wait_for(lambda: self._booked(user, document))
        self._note(user, f"their 997 for our {set_id}, booked", "yes" if booked else "", "acknowledged")
        return got

    def _expect(self, user: str, what: str, part: str, must: bytes) -> Got:
        """Wait for a file of that name; what it says must contain `must`, and shows the line that does."""
        got = self._traders[user].wait(part, WAIT_SECONDS)
        line = next((row for row in _rows(got.data) if must in row), b"") if got else b""
        if got is None or not line:
            said = f"not {must.decode()!r}" if got else "nothing came"
            self._note(user, what, "", said)
            self._say(user, f"MISSES its {what}: {said}")
            raise _Missed
        text = _clip(line.decode("utf-8", "replace"))
        self._note(user, what, got.name, text, got.after_seconds)
        self._say(user, f"finds {got.name}: {text}")
        return got

    def _note(self, user: str, what: str, got: str, says: str, after_seconds: float = 0.0) -> None:
        self.results.append(
            Expected(partner=user, what=what, got=got, says=says, after_seconds=after_seconds)
        )

    @staticmethod
    def _wait_for(look: Callable[[], T | None]) -> T | None:
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            found = look()
            if found:
                return found
            time.sleep(0.1)
        return None


def _file(name: str) -> bytes:
    return resources.files("hub.demo").joinpath("files", name).read_bytes()


def _rows(data: bytes) -> list[bytes]:
    """Return the segments of an X12 file, or the lines of another."""
    return [row.strip() for row in data.split(data[105:106] if data.startswith(b"ISA") else b"\n")]


def _clip(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} …"
