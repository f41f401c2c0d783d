"""What a hub that rests keeps in memory: all of `hub run` on SQLite, its practice Odoo in a process of its own.

An hour of rest looks like a minute, for nothing happens: jobs look at mailboxes, at Odoo and at deadlines all the time.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

WANTED = 150  # MB
REST_SECONDS = 20.0
GIVE_UP_SECONDS = 60.0
_PROJECT = Path(__file__).parents[1]

_PRACTICE = """
import json, sys, threading
from pathlib import Path
from hub.erp.practice.server import PracticeOdoo
practice = PracticeOdoo(Path(sys.argv[1]), port=0)
practice.seed()
practice.start()
print(json.dumps([practice.url, practice.database, practice.login, practice.key]), flush=True)
threading.Event().wait()
"""


def measure(folder: Path) -> float:
    """Return the resident memory (MB) of a hub that has rested for a while."""
    folder.mkdir(parents=True, exist_ok=True)
    python = [sys.executable, "-c", _PRACTICE, str(folder / "practice.sqlite")]
    with subprocess.Popen(python, stdout=subprocess.PIPE, text=True) as practice:
        try:
            assert practice.stdout is not None
            return _hub(folder, *json.loads(practice.stdout.readline()))
        finally:
            practice.kill()


def _hub(folder: Path, url: str, database: str, login: str, key: str) -> float:
    odoo = {"URL": url, "DATABASE": database, "LOGIN": login, "KEY": "env:HUB_SECRET_ODOO"}
    environ = os.environ | {f"HUB_ODOO__{name}": value for name, value in odoo.items()}
    environ |= {
        "HUB_ROOT": str(folder),
        "HUB_SECRET_ODOO": key,
        "HUB_PATHS__PARTNERS": str(_PROJECT / "partners"),
    }
    environ |= {"HUB_SFTP_SERVER__PORT": "0", "HUB_WEB__PORT": "0", "PYTHONPATH": str(_PROJECT)}
    run = [sys.executable, "-m", "hub", "run"]
    with subprocess.Popen(run, env=environ, stdout=subprocess.DEVNULL) as hub:
        try:
            _wait_for(folder / "var" / "hub.json")
            time.sleep(REST_SECONDS)
            return resident(hub.pid)
        finally:
            hub.send_signal(signal.SIGTERM)


def _wait_for(file: Path) -> None:
    until = time.monotonic() + GIVE_UP_SECONDS
    while not file.exists():
        if time.monotonic() > until:
            raise SystemExit(f"the hub did not start within {GIVE_UP_SECONDS:.0f} seconds")
        time.sleep(0.2)


def resident(pid: int) -> float:
    """Return the resident memory of a process in MB, as Linux tells it."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
