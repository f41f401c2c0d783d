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
from hub.model.documents import PurchaseOrder

WAIT_SECONDS = 30.0

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


class Day:
    """Plays the day. `say(who, text)` shows what happens, as it happens."""

    def __init__(self, people: People, traders: dict[str, Trader], say: Say) -> None:
        self._people, self._traders, self._say = people, traders, say
        self._today = dt.datetime.now().astimezone().date()
        self.results: list[Expected] = []

    def play(self) -> None:
        """Play it all; what does not come is noted, and the day goes on."""
        self._customer()
        self._supplier()
        self._csv_customer()

    # --- ACME orders by X12
    def _customer(self) -> None:
        acme, desk = self._traders["acme"], X12Desk("ZZ:ACMERETAIL", "ZZ:OURCO")
        order = _file("acme_order.edi")
        number = _number_of(desk, order)
        self._say("acme", f"uploads order {number} (850)")
        acme.put("order.edi", order)
        self._expect("acme", "997 for their 850", "997", _first_segment(b"AK9"))
        self._say("acme", "uploads an order whose quantity is not a number")
        acme.put(
            "bad-order.edi", order.replace(b"*000000101*", b"*000000102*").replace(b"PO1*1*", b"PO1*1*x")
        )
        self._expect("acme", "997 that rejects the bad one", "997", _first_segment(b"AK5"))
        sale = self._find_order(number)
        if sale is None:
            return
        self._say("us", f"confirm {self._people.confirm(sale)} in Odoo")
        self._acknowledged("acme", desk, "855", "855 order acknowledgment", b"BAK")
        self._say("us", f"ship {self._people.ship(sale, sscc(1))} in Odoo, packed and labelled")
        self._acknowledged("acme", desk, "856", "856 ship notice", b"BSN")
        self._say("us", f"post invoice {self._people.invoice(sale)} in Odoo")
        self._acknowledged("acme", desk, "810", "810 invoice", b"TDS")

    # --- we order from GLOBEX by X12
    def _supplier(self) -> None:
        globex, desk = self._traders["globex"], X12Desk("01:123456789", "ZZ:OURCO")
        name = self._people.buy("GLOBEX", {"HUB-2001": 40, "HUB-2002": 8})
        self._say("us", f"confirm purchase order {name} in Odoo")
        got = self._acknowledged("globex", desk, "850", "850 our order", b"BEG")
        if got is None:
            return
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
            self._expect("globex", f"997 for their {kind}", "997", _first_segment(b"AK9"))
        state = self._wait_for(lambda: self._people.bill_state(f"GI{stamp}"))
        self._say("us", f"find their invoice GI{stamp} in Odoo as a {state or 'MISSING'} bill")
        self._note(
            "globex", "their invoice as a draft bill in Odoo", f"GI{stamp}" if state else "", state or ""
        )

    # --- NORDIC orders by CSV
    def _csv_customer(self) -> None:
        nordic = self._traders["nordic"]
        rows = _file("nordic_order.csv")
        number = rows.splitlines()[1].split(b";")[0].decode()
        self._say("nordic", f"uploads order {number} (CSV)")
        nordic.put("order.csv", rows)
        self._expect("nordic", "receipt for their file", "receipt", _plain)
        sale = self._find_order(number)
        if sale is None:
            return
        self._say("us", f"confirm {self._people.confirm(sale)}, ship it, and post its invoice")
        self._people.ship(sale)
        self._expect("nordic", "ship notice (CSV)", "ship_notice", _plain)
        self._people.invoice(sale)
        self._expect("nordic", "invoice (CSV)", "invoice", _plain)

    # --- how
    def _find_order(self, number: str) -> int | None:
        return self._wait_for(lambda: self._people.find_order(number))

    def _acknowledged(self, user: str, desk: X12Desk, part: str, what: str, segment: bytes) -> Got | None:
        """Wait for a document of ours, and let the partner acknowledge it."""
        got = self._expect(user, what, part, _first_segment(segment))
        if got is not None:
            self._traders[user].put(f"997-{part}.edi", desk.acknowledge(got.data))
            self._say(user, f"uploads a 997 for our {part}")
        return got

    def _expect(self, user: str, what: str, part: str, says: Callable[[bytes], str]) -> Got | None:
        got = self._traders[user].wait(part, WAIT_SECONDS)
        if got is None:
            self._note(user, what, "", "")
            self._say(user, f"MISSES its {what}")
            return None
        text = says(got.data)
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


def _number_of(desk: X12Desk, order: bytes) -> str:
    return desk.read(order).number


def _first_segment(name: bytes) -> Callable[[bytes], str]:
    def pick(data: bytes) -> str:
        end = data[105:106]
        found = next((s.strip() for s in data.split(end) if s.strip().startswith(name)), b"")
        return found.decode("utf-8", "replace")

    return pick


def _plain(data: bytes) -> str:
    lines = data.decode("utf-8-sig", "replace").splitlines()
    return lines[1] if len(lines) > 1 else "".join(lines)
