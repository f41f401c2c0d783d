"""A log of a million exchanges: what every list and search of it takes, on SQLite and PostgreSQL.

python -m benchmarks log                  20,000 exchanges on SQLite: the short form
python -m benchmarks log 1000000          a million; a folder of 3 GB, thrown away
python -m benchmarks log 1000000 URL      the same on an empty PostgreSQL database of that URL
"""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.log.asking import ask
from benchmarks.log.filling import fill
from hub.store import Archive

SHORT = 20_000


def measure(folder: Path, exchanges: int = SHORT, url: str = "") -> None:
    """Fill a log and print a table: what was asked, the median, the limit, and whether it keeps to it."""
    url = url or f"sqlite:///{folder / 'hub.sqlite3'}"
    began = time.perf_counter()
    fill(url, Archive(folder / "archive"), exchanges)
    seconds = time.perf_counter() - began
    print(
        f"\na log of {exchanges:,} exchanges on {url.partition(':')[0]}, filled in {seconds:.0f} s; medians in ms"
    )
    tell(folder, exchanges, url)


def tell(folder: Path, exchanges: int, url: str) -> None:
    """Ask a log that is there, and print the table."""
    slow = 0
    for one in ask(folder, url, exchanges):
        over = one.limit is not None and one.median > one.limit
        slow += over
        limit = f"{one.limit:6.0f}  {'SLOW' if over else 'ok'}" if one.limit else "     -"
        print(f"  {one.what:78}{one.median:9.1f}{limit}", flush=True)
    print(f"  {slow} over their limits" if slow else "  all within their limits")
