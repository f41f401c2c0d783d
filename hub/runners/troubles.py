"""troubles: what keeps a runner from its work, told to the log once and not at every try."""

from __future__ import annotations

import logging
import threading

from hub.model.errors import ConfigError, Retryable, Undeliverable

#: What the troubles of all lanes are told as: they are one, however many lanes wait.
LANES = "lanes wait"
#: Faults that the world is to blame for: a line of the log says all of them.
EXPECTED = (Retryable, Undeliverable, ConfigError)


class Troubles:
    """Remembers what was told last of each thing. Safe for many threads."""

    def __init__(self, log: logging.Logger) -> None:
        self._log, self._told = log, dict[str, str]()
        self._guard = threading.Lock()

    def tell(self, what: str, fault: Exception, *, expected: bool = True) -> None:
        """Warn that `what` cannot go on, unless just that was told last; with a traceback when it is not expected."""
        said = str(fault) or type(fault).__name__
        if self._is_new(what, said):
            self._log.warning("%s: %s", what, said, exc_info=None if expected else fault)

    def over(self, what: str) -> None:
        """Tell that `what` goes on again, if it did not."""
        if what in self._told and self._is_new(what, ""):
            self._log.info("%s: works again", what)

    def _is_new(self, what: str, told: str) -> bool:
        with self._guard:
            before = self._told.pop(what, "")
            if told:
                self._told[what] = told
            return told != before
