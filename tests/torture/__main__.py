"""The crash run: `python -m tests.torture [--seed N] [--documents N] [--kills N] [--on sqlite,postgres,celery]`.

Files come in while processes are killed with -9, Odoo and the partners' server are cut off, and the broker loses and
doubles tasks. When all is quiet again, nothing may be lost, doubled or out of order. Prints the figures; exits with 1
on any violation. `make torture` calls it. The seed draws documents, kills and faults; when they meet is up to the
machine. What a run leaves behind is in var/torture.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct

from tests.support.store import postgres_database
from tests.torture.plan import draw
from tests.torture.site import SETUPS, Setup, Site
from tests.torture.storm import Storm, settle
from tests.torture.verdict import KINDS, Violation, judge, read_log
from tests.torture.wounds import Wounds

ROOT = Path(__file__).parents[2] / "var" / "torture"
#: Nothing changes for so long, and something is left to do: it is lost.
PATIENCE_SECONDS = 150.0
MOST_SHOWN = 20


class Figures(Struct, kw_only=True):
    """What a run has shown."""

    setup: Setup
    documents: int
    kills: int
    troubles: int
    tasks: Counter[str]
    storm_seconds: float
    seconds: float
    doubts: int  # answers of Odoo that never came
    came_again: int  # files that partners got once more, with the same bytes
    tries: int  # steps that were put off and tried again
    recoveries: list[float]
    violations: list[Violation]


def run(setup: Setup, options: argparse.Namespace) -> Figures:
    """Play one configuration, from the start to the verdict."""
    plan = draw(options.seed, options.documents)
    with ExitStack() as stack:
        url = stack.enter_context(postgres_database()) if setup.postgres else ""
        site = Site(setup, ROOT / setup.name, plan, url, _broker() if setup.celery else "")
        stack.callback(site.close)
        site.start()
        store = site.store()
        stack.callback(store.close)
        wounds = Wounds(site.url, store)
        wounds.start()
        storm, began = Storm(site, wounds, options.seed, options.kills), time.monotonic()
        storm.rage()
        raged = time.monotonic() - began
        left = settle(site, PATIENCE_SECONDS)
        seconds = time.monotonic() - began
        site.sides.stop()
        wounds.stop()
        site.stop_hub()
        log = read_log(site.url)
        tasks = site.root / "tasks"
        return Figures(
            setup=setup,
            documents=plan.documents,
            kills=storm.kills,
            troubles=storm.troubles,
            tasks=Counter(tasks.read_text() if tasks.exists() else ""),
            storm_seconds=raged,
            seconds=seconds,
            doubts=log.doubts,
            came_again=sum(side.came_again() for side in site.sides.by_key.values()),
            tries=log.tries,
            recoveries=[s for _, s in wounds.healed],
            violations=[("lost", line) for line in left] + judge(site, log, wounds.healed),
        )


def _broker() -> str:
    broker = os.environ.get("HUB_TEST_RABBITMQ_URL") or os.environ.get("HUB_TEST_REDIS_URL")
    if not broker:
        raise SystemExit("celery needs HUB_TEST_RABBITMQ_URL or HUB_TEST_REDIS_URL; `make torture` sets them")
    return broker


def lines(figures: Figures) -> list[str]:
    """Return the figures of a run as lines of a report."""
    kinds = Counter(kind for kind, _ in figures.violations)
    longest = max(figures.recoveries, default=0.0)
    told = [
        f"{figures.setup.title}",
        f"  documents {figures.documents}, kills {figures.kills}, faults of others {figures.troubles}",
        f"  {figures.seconds:.0f} s, of which storm {figures.storm_seconds:.0f} s",
        f"  answers in doubt {figures.doubts}, tries again {figures.tries}, delivered again {figures.came_again}",
        f"  lanes taken over {len(figures.recoveries)}, longest recovery {longest:.1f} s",
        "  violations: " + ", ".join(f"{kind} {kinds[kind]}" for kind in KINDS),
    ]
    if figures.tasks:
        once, twice, never = (figures.tasks[letter] for letter in ".+-")
        told.insert(3, f"  tasks {once + twice + never}: {never} dropped, {twice} doubled")
    shown = [f"    {kind}: {what}" for kind, what in figures.violations[:MOST_SHOWN]]
    return told + shown


def main() -> int:
    """Run what is asked for and print it; return 1 when anything was violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=0, help="default: one to 20 documents, at least 5")
    parser.add_argument("--on", default=",".join(SETUPS), help="configurations: %(default)s")
    options = parser.parse_args()
    options.kills = options.kills or max(5, options.documents // 20)
    bad = 0
    for name in options.on.split(","):
        figures = run(SETUPS[name], options)
        print("\n".join(lines(figures)), flush=True)
        bad += len(figures.violations)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
