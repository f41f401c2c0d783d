"""The storm: files come in, processes are killed, Odoo and the partners' server are cut off; then all goes quiet."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from contextlib import suppress

from msgspec import Struct

from hub.model.exchange import State
from hub.store import Store
from tests.torture.plan import Upload
from tests.torture.processes import Process
from tests.torture.site import Site, until
from tests.torture.wounds import Wounds

#: Seconds between two kills, and between two faults of the others.
BETWEEN_KILLS, BETWEEN_FAULTS = (0.4, 3.0), (0.3, 1.5)
#: So many kills may hit a process that is only starting; so many wait until the process has a lane in its hands.
_EARLY_KILL, _AIMED, _AIM_SECONDS = 0.15, 0.7, 2.0
#: All files have come when this share of the kills is done.
_ALL_IN = 0.85

WORKING = frozenset(
    {
        *(State.RECEIVED, State.UNWRAPPED, State.CHECKED, State.TRANSLATED, State.IN_DOUBT),
        *(State.NOTICED, State.COMPOSED, State.SENT),
    }
)


class Trouble(Struct, frozen=True):
    """A fault of somebody else: what, how likely, and how long it lasts (seconds)."""

    what: str
    weight: int
    seconds: tuple[float, float] = (0.0, 0.0)


TROUBLES = (
    Trouble("odoo killed", 2, (0.3, 3.0)),
    Trouble("odoo frozen", 2, (3.5, 6.0)),  # longer than a call may last: it is done after we gave up
    Trouble("timeout_after_commit 1 load", 6),
    Trouble("timeout_after_commit 2 -", 4),
    Trouble("serialization 2 -", 2),
    Trouble("down 3 -", 2),
    Trouble("slow 2 -", 1),
    Trouble("sftp killed", 3, (0.3, 3.0)),
    Trouble("sftp frozen", 1, (1.0, 4.0)),
)


class Storm:
    """A seeded run of kills and faults over a site."""

    def __init__(self, site: Site, wounds: Wounds, seed: int, kills: int) -> None:
        self._site, self._wounds, self._kills = site, wounds, kills
        self._dice, self._weather_dice = random.Random(f"{seed} kills"), random.Random(f"{seed} weather")
        self._over = threading.Event()
        self.kills, self.troubles = 0, 0

    def rage(self) -> None:
        """Do it all; afterwards everything runs and is whole again."""
        weather = threading.Thread(target=self._weather, name="weather", daemon=True)
        weather.start()
        uploads = list(self._site.plan.uploads)
        for done in range(self._kills):
            left = max(1, round(self._kills * _ALL_IN) - done)
            share = -(-len(uploads) // left)
            self._let_in(uploads[:share], self._dice.uniform(*BETWEEN_KILLS))
            del uploads[:share]
            self._kill()
        self._over.set()
        weather.join()

    def _let_in(self, uploads: list[Upload], seconds: float) -> None:
        """Let partners put their files, spread over so many seconds."""
        began = time.monotonic()
        for at, upload in enumerate(uploads):
            self._site.sides.by_key[upload.trader.key].put(upload)
            time.sleep(max(0.0, began + seconds * (at + 1) / len(uploads) - time.monotonic()))
        time.sleep(max(0.0, began + seconds - time.monotonic()))

    # --- kills
    def _kill(self) -> None:
        process = self._target()
        children = process.children() if self._site.setup.celery else []
        pids = process.pids()
        if self._dice.random() < _AIMED:
            self._wounds.wait_for_work(pids, _AIM_SECONDS)
            time.sleep(self._dice.uniform(0.0, 0.05))
        self.kills += 1
        if children and self._dice.random() < 0.5:
            self._kill_child(self._dice.choice(children))
            return
        process.kill()
        self._wounds.add(pids, time.monotonic(), alone=not self._site.workers)
        time.sleep(self._dice.choice((0.0, 0.0, 1.0)))
        process.start()

    def _target(self) -> Process:
        """Return a process to kill: mostly a worker, mostly one that works already."""
        site = self._site
        all_of_them = [site.hub, *site.workers, *site.workers]
        if self._dice.random() < _EARLY_KILL:
            return self._dice.choice(all_of_them)
        until(lambda: any(map(site.works, all_of_them)), "a process that works")
        return self._dice.choice([process for process in all_of_them if site.works(process)])

    def _kill_child(self, pid: int) -> None:
        """Kill one of Celery's processes; the worker makes a new one."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self._wounds.add([pid], time.monotonic(), alone=False)

    # --- the others
    def _weather(self) -> None:
        dice = self._weather_dice
        while not self._over.wait(dice.uniform(*BETWEEN_FAULTS)):
            trouble = dice.choices(TROUBLES, [t.weight for t in TROUBLES])[0]
            self.troubles += 1
            self._bring(trouble, dice.uniform(*trouble.seconds))

    def _bring(self, trouble: Trouble, seconds: float) -> None:
        who, _, how = trouble.what.partition(" ")
        process: Process | None = {"odoo": self._site.odoo, "sftp": self._site.sftp}.get(who)
        if process is None:
            self._site.odoo.say(f"{trouble.what} 1.0")
        elif how == "killed":
            process.kill()
            time.sleep(seconds)
            process.start()
        else:
            process.freeze()
            time.sleep(seconds)
            process.thaw()


def settle(site: Site, seconds: float) -> list[str]:
    """Wait until nothing is left to do; return what is, when it takes longer than so many seconds without a change."""
    seen, since, quiet = "", time.monotonic(), 0
    store = site.store()
    try:
        while quiet < 3:
            left = _left(site, store)
            quiet = 0 if left else quiet + 1
            if str(left) != seen:
                seen, since = str(left), time.monotonic()
            elif left and time.monotonic() - since > seconds:
                return left
            time.sleep(0.7)
    finally:
        store.close()
    return []


def _left(site: Site, store: Store) -> list[str]:
    """Return what is not done yet, a line each."""
    left = [
        f"{key}: {len(names)} files are not taken ({names[0]} ...)"
        for key, side in site.sides.by_key.items()
        if (names := side.waiting())
    ]
    with store.read() as tx:
        counts = tx.count_by_state()
    left += [
        f"{count} are {state.value}" for state, count in sorted(counts.items()) if count and state in WORKING
    ]
    bought = sum("\nST*850*" in f.decode() for s in site.sides.by_key.values() for f in set(s.collected))
    if bought < len(site.plan.purchases):
        left.append(f"{bought} of {len(site.plan.purchases)} orders of ours came to the suppliers")
    return left
