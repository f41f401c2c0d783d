"""The formats of a hub by name, and what the stages ask of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from translators.port import Acknowledger, Receipting, Translator


class Formats:
    """The translators by name, and which of them speak acknowledgments and receipts."""

    def __init__(
        self,
        translators: Sequence[Translator],
        acknowledger: Acknowledger,
        receipting: Mapping[str, Receipting],
    ) -> None:
        self.by_name = {t.name: t for t in translators}
        self.acknowledger, self.receipting = acknowledger, receipting

    def recognise(self, head: bytes) -> Translator | None:
        """Return the format of a file by its first bytes; CSV cannot be told that way."""
        return next((t for n, t in self.by_name.items() if n != "csv" and t.recognises(head)), None)


class KnowsFormats:
    """Answers the questions of the stages about formats."""

    _formats: Formats

    def translator(self, name: str) -> Translator:
        """Return the translator of a format."""
        return self._formats.by_name[name]

    def recognise(self, head: bytes) -> Translator | None:
        """Return the format of a file by its first bytes; CSV cannot be told that way."""
        return self._formats.recognise(head)

    def acknowledger(self) -> Acknowledger:
        """Return who writes and reads TA1 and 997."""
        return self._formats.acknowledger

    def receipting(self, name: str) -> Receipting:
        """Return who writes the receipt in a format."""
        return self._formats.receipting[name]
