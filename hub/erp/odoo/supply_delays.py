"""The lead times of supplier prices while a vendor is out of stock, and the ordinary ones to go back to.

Odoo has one lead time a price. What stood there before the hub wrote another one is kept as a small JSON beside the
vendor (an attachment with an external id): by price, the ordinary days and those that the hub wrote. A lead time that
people, or a price list, have changed since is theirs and stays.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from hub.erp.odoo.client import Session
from hub.erp.odoo.line_keys import external_id

_MODEL = "ir.attachment"


class Delay(Struct, frozen=True):
    """The lead time of a price, days."""

    ordinary: int  # before the hub wrote one
    written: int  # by the hub, while there was nothing in stock


class Delays:
    """What is kept of one vendor, for one company."""

    def __init__(self, session: Session, company: int, vendor: int) -> None:
        self._session, self._vendor = session, vendor
        self._key = external_id(f"lead_times_{company}_{vendor}")
        self._id = session.lookup(_MODEL, self._key)
        self._known: dict[int, Delay] = {}
        if self._id is not None:
            kept = session.one(_MODEL, self._id, ["datas"])["datas"] or b""
            self._known = msgspec.json.decode(base64.b64decode(kept) or b"{}", type=dict[int, Delay])

    def wanted(self, price: int, now: int, wait: int | None) -> tuple[int, Delay | None]:
        """Return the lead time that a price is to have, and what is to be kept of it.

        `now`: as it stands; `wait`: days until there is stock again, None where there is, or nobody knows.
        """
        known = self._known.get(price)
        ours = known is not None and known.written == now
        if wait is None:
            return (known.ordinary if known is not None and ours else now), None
        return wait, Delay(known.ordinary if known is not None and ours else now, wait)

    def keep(self, told: Mapping[int, Delay | None], *, forget: bool) -> None:
        """Keep what is told of prices; forget the others of them only with `forget`, once they are written."""
        known = {id_: one for id_, one in self._known.items() if not forget or told.get(id_, one) is not None}
        known |= {id_: one for id_, one in told.items() if one is not None}
        if known == self._known:
            return
        content = base64.b64encode(msgspec.json.encode(known)).decode()
        if self._id is None:
            fields = ["id", "name", "res_model", "res_id", "mimetype", "datas"]
            row = [
                self._key,
                "EDI lead times.json",
                "res.partner",
                str(self._vendor),
                "application/json",
                content,
            ]
            self._id = self._session.load_once(_MODEL, fields, [row])
        else:
            self._session.write(_MODEL, [self._id], {"datas": content})
        self._known = known
