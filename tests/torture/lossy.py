"""`hub` on a broker that loses 30 % of the tasks and delivers 30 % twice: `python -m tests.torture.lossy run`.

Every task goes through here: nudges, jobs, and the ticks of beat. HUB_TORTURE_TASKS names a file that gets a letter
for each: `-` dropped, `+` sent twice, `.` sent once.
"""

from __future__ import annotations

import os
import random
from typing import Any

import celery

DROPPED, DOUBLED = 0.3, 0.3


class LossyCelery(celery.Celery):
    """A Celery application that throws dice for each task that it is to send."""

    def send_task(self, *args: Any, **options: Any) -> Any:
        """Send a task never, once, or twice."""
        thrown = random.random()
        times = 0 if thrown < DROPPED else 2 if thrown < DROPPED + DOUBLED else 1
        _note("-.+"[times])
        sent = None
        for _ in range(times):
            sent = super().send_task(*args, **options)
        return sent


def _note(letter: str) -> None:
    file = os.open(os.environ["HUB_TORTURE_TASKS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, letter.encode())
    os.close(file)


def main() -> None:
    """Be the `hub` command with that Celery."""
    celery.Celery = LossyCelery
    from hub.cli.main import main as hub

    hub()


if __name__ == "__main__":
    main()
