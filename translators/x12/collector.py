"""Python's collector of cycles, at rest while a set is read.

Whenever some hundred lists and values were made, it looks through the young ones again, and at times through all that
the process has. The segments of one set are many, live for a moment and stand in no cycle: looking through them was a
third of the time that a large inventory advice took.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def resting() -> Iterator[None]:
    """Keep the collector from running. What other threads leave behind meanwhile it finds afterwards.

    Only who stopped it starts it again. Where several threads read at once it starts with the first that is done: the
    others lose time then, and nothing else.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
