"""The practice Odoo as a process that can be killed and stopped: `python -m tests.torture.odoo FOLDER PORT`.

Each line on its input orders a fault: kind, number of calls, method ("-": any), seconds (hub/erp/practice/faults.py).
"""

from __future__ import annotations

import sys
from pathlib import Path

from hub.erp.practice.server import PracticeOdoo
from tests.torture.world import seed


def open_odoo(folder: Path, port: int = 0) -> PracticeOdoo:
    """Return the practice Odoo of a run with its partners; it does not serve yet."""
    odoo = PracticeOdoo(folder / "odoo.sqlite", port=port)
    odoo.seed()
    records = folder / "seed.toml"
    records.write_text(seed())
    odoo.seed(records)
    return odoo


def main(folder: str, port: str) -> None:
    """Serve until the input ends."""
    odoo = open_odoo(Path(folder), int(port))
    odoo.start()
    for line in sys.stdin:
        kind, times, method, seconds = line.split()
        odoo.fail_next(kind, int(times), method=method.strip("-"), seconds=float(seconds))  # type: ignore[arg-type] # checked there


if __name__ == "__main__":
    main(*sys.argv[1:])
