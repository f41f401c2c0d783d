"""The receipt that answers a CSV file: what came of each document, and which row and column to mend."""

from __future__ import annotations

from hub.model.acks import ReceiptEntry

HEADER = ("Document", "Number", "Status", "Row", "Column", "Problem", "Message", "Hint")


def receipt_rows(entry: ReceiptEntry) -> list[tuple[str, ...]]:
    """Return one row per finding, or one row when there is nothing to say but the status and a note."""
    document = (entry.document.value, entry.number, entry.status)
    if not entry.findings:
        return [(*document, "", "", "", entry.note, "")]
    return [
        (
            *document,
            "" if finding.where.row is None else str(finding.where.row),
            finding.where.column or finding.where.path,
            finding.problem,
            finding.message,
            finding.hint,
        )
        for finding in entry.findings
    ]
