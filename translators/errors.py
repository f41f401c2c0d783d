"""The one exception of the translators, for documents of ours that cannot be written."""

from __future__ import annotations

from hub.model.finding import Finding


class Unwritable(Exception):  # noqa: N818 - it says what cannot be done
    """Raised when a canonical document cannot be written in a partner's format; says why in findings."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(f.line() for f in findings))
        self.findings = findings
