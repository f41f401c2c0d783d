"""The partners' side: they put files before us, collect what is there for them, acknowledge it, and answer our orders.

Nothing here knows anything of the hub but the folders: of its SFTP server, or of the one that the partners have.
"""

from __future__ import annotations

import threading
from pathlib import Path

from hub.transports.pickup import TEMPORARY_ENDINGS
from tests.support.x12_desk import Read, X12Desk, read
from tests.torture.plan import Paper, Upload
from tests.torture.world import Trader

LOOK_SECONDS = 0.3


class Side:
    """One partner. `collected` keeps every file as it was found, also one that came twice."""

    def __init__(self, trader: Trader, desk: X12Desk, to_us: Path, from_us: Path) -> None:
        self.trader, self._desk, self._to_us, self._from_us = trader, desk, to_us, from_us
        for folder in (to_us, from_us):
            folder.mkdir(parents=True, exist_ok=True)
        self.collected: list[bytes] = []
        self.uploads: list[Upload] = []
        self._answered: set[bytes] = set()

    def put(self, upload: Upload) -> None:
        """Put a file before us, whole at once."""
        part = self._to_us / f".{upload.name}.part"
        part.write_bytes(upload.data)
        part.rename(self._to_us / upload.name)
        self.uploads.append(upload)

    def waiting(self) -> list[str]:
        """Return the names of the files that we have not taken yet."""
        return sorted(file.name for file in self._to_us.iterdir())

    def came_again(self) -> int:
        """Return how many files came once more, with the same bytes, though nobody had asked by a file of theirs."""
        asked = sum(not upload.papers and upload.repeated for upload in self.uploads)
        return max(0, len(self.collected) - len(set(self.collected)) - asked)

    def look(self) -> None:
        """Collect what there is, and answer what is new."""
        for file in sorted(self._from_us.iterdir()):
            if file.name.startswith(".") or file.name.endswith(TEMPORARY_ENDINGS) or not file.is_file():
                continue
            data = file.read_bytes()
            file.unlink()
            self.collected.append(data)
            if data not in self._answered:
                self._answered.add(data)
                self._answer(read(data))

    def _answer(self, file: Read) -> None:
        set_id = file.one("ST")[1]
        if set_id == "997":
            return
        self._send("997", self._desk.accept(file))
        if set_id == "850":
            for answer, number, body in _answers(file):
                paper = Paper(set_id=answer, number=number, body=body)
                self._send(answer, self._desk.write(answer, body), paper)

    def _send(self, set_id: str, data: bytes, *papers: Paper) -> None:
        name = f"{set_id}-{self._desk.control:06d}.edi"
        self.put(Upload(trader=self.trader, name=name, control=self._desk.control, papers=papers, data=data))


def _answers(order: Read) -> list[tuple[str, str, list[str]]]:
    """Return a supplier's 855, 856 and 810 for an order of ours: (set, its number, segments)."""
    name, line = order.one("BEG")[3], order.one("PO1")
    number, quantity, unit, price, ids = line[1], line[2], line[3], line[4], "*".join(line[6:])
    yes, notice, bill = f"A-{name}", f"S-{name}", f"B-{name}"
    total = round(float(quantity) * float(price) * 100)
    item = f"{number}*{quantity}*{unit}*{price}**{ids}"
    return [
        (
            "855",
            yes,
            [f"BAK*00*AC*{name}*20261120****{yes}", f"PO1*{item}", f"ACK*IA*{quantity}*{unit}", "CTT*1"],
        ),
        (
            "856",
            notice,
            [
                *(f"BSN*00*{notice}*20261120*1030*0004", "HL*1**S", "TD1*CTN*1", "DTM*011*20261120"),
                *("HL*2*1*O", f"PRF*{name}***20261120", "HL*3*2*I", f"LIN*{number}*{ids}"),
                *(f"SN1**{quantity}*{unit}", "CTT*3"),
            ],
        ),
        ("810", bill, [f"BIG*20261120*{bill}*20261120*{name}***DI", f"IT1*{item}", f"TDS*{total}", "CTT*1"]),
    ]


class Sides:
    """All partners, who look into their folders again and again in a thread of their own."""

    def __init__(self, sides: list[Side]) -> None:
        self.by_key = {side.trader.key: side for side in sides}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="partners", daemon=True)
        self.fault: Exception | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End; raise what went wrong in the meantime."""
        self._ending.set()
        self._thread.join()
        if self.fault is not None:
            raise self.fault

    def _run(self) -> None:
        while not self._ending.wait(LOOK_SECONDS):
            try:
                for side in self.by_key.values():
                    side.look()
            except Exception as fault:  # noqa: BLE001 - told by `stop`, in the thread that reports
                self.fault = fault
                return
