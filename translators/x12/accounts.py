"""Bank accounts in findings: what is wrong with one is told and kept without showing it.

A payment (BPR) names the accounts of both sides. The document keeps their last four characters; a finding about
the element itself would carry all of it into the log.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from hub.model.finding import Finding

#: Elements of type 508, account number.
ACCOUNTS = frozenset({("BPR", 9), ("BPR", 15), ("BPR", 19), ("BPR", 21)})
_HIDDEN = "XXXX"


def hidden_account(place: str, value: str) -> str:
    """Return a value as it may be shown: that of an account element (BPR09), or a whole BPR, not at all."""
    segment, element = place[-5:-2], place[-2:]
    if element.isdecimal() and (segment, int(element)) in ACCOUNTS and value:
        return _HIDDEN
    return f"BPR {_HIDDEN}" if value.startswith("BPR") else value


def without_accounts(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with bank accounts made unreadable, in the value and where the message shows it."""
    return tuple(
        replace(finding, value=_HIDDEN, message=_hidden(finding))
        if (finding.where.segment, finding.where.element) in ACCOUNTS and finding.value
        else finding
        for finding in findings
    )


def _hidden(finding: Finding) -> str:
    """Return the message without the value; a long one is shown by its beginning, between quotation marks."""
    before, quote, rest = finding.message.partition("'")
    shown, end, after = rest.rpartition("'")
    if quote and end and finding.value.startswith(shown):
        return f"{before}'{_HIDDEN}'{after}"
    return finding.message.replace(finding.value, _HIDDEN)
