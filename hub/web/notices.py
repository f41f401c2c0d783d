"""What the hub says once, on the page after an action. The text stays here; the URL carries only a random code.

So nobody can write words of their own into a page with a link, and a page loaded again says nothing stale.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict

MOST_NOTICES = 200  # of browsers that never came for theirs, the oldest are forgotten


class Notices:
    """Messages that wait to be shown. Safe for many threads."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._guard = threading.Lock()

    def put(self, page: str, text: str) -> str:
        """Keep a message for a page (its path) and return the code that fetches it."""
        code = secrets.token_urlsafe(9)
        with self._guard:
            self._waiting[page, code] = text
            while len(self._waiting) > MOST_NOTICES:
                self._waiting.popitem(last=False)
        return code

    def take(self, page: str, code: str) -> str:
        """Return the message of a code and forget it; empty when there is none."""
        with self._guard:
            return self._waiting.pop((page, code), "")
