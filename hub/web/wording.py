"""What the pages call things: states, documents, verdicts, instants and ages, in words that people use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from markupsafe import Markup, escape

from hub.model.acks import Verdict
from hub.model.documents import DocType
from hub.model.exchange import State

#: What a state means, in one sentence; shown where somebody points at it.
STATES: Mapping[State, str] = {
    State.RECEIVED: "The file is stored and will be opened.",
    State.OPENED: "The documents in the file stand on their own now.",
    State.QUARANTINED: "It could not be opened or its sender is unknown. An operator looks at it.",
    State.DUPLICATE: "We have had this before. Nothing more is done with it.",
    State.UNWRAPPED: "Taken out of its file; it will be checked.",
    State.CHECKED: "Valid; it will be translated.",
    State.TRANSLATED: "Translated; it will be posted to Odoo.",
    State.POSTED: "In Odoo, once.",
    State.TESTED: "A test document: checked and translated, never posted.",
    State.MATCHED: "An acknowledgment; what it answers was found.",
    State.ORPHAN: "An acknowledgment for nothing that we sent.",
    State.NOTICED: "Something happened in Odoo that the partner must hear of.",
    State.COMPOSED: "The bytes and their control numbers are fixed; it will be sent.",
    State.SENT: "On the partner's side. Their acknowledgment is awaited.",
    State.DELIVERED: "On the partner's side. No acknowledgment is owed.",
    State.ACKNOWLEDGED: "The partner accepted it.",
    State.REFUSED: "The partner's acknowledgment rejects it.",
    State.REJECTED: "The partner's document is bad, and our acknowledgment said so.",
    State.HELD: "A person must decide.",
    State.IN_DOUBT: "Odoo did not answer; the hub finds out whether it took the document.",
    State.DEAD: "A technical failure that trying again did not mend.",
    State.OVERDUE: "No acknowledgment came in the agreed time.",
    State.CANCELLED: "An operator ended it.",
}

#: How a state is coloured: good, wait (somebody here decides), bad, calm (under way).
TONES: Mapping[State, str] = {
    **dict.fromkeys((State.POSTED, State.ACKNOWLEDGED, State.DELIVERED, State.MATCHED), "good"),
    **dict.fromkeys((State.HELD, State.QUARANTINED, State.IN_DOUBT, State.ORPHAN), "wait"),
    **dict.fromkeys((State.REJECTED, State.REFUSED, State.DEAD, State.OVERDUE), "bad"),
    **dict.fromkeys((State.CANCELLED, State.DUPLICATE, State.TESTED), "over"),
}

#: The numbers by which X12 people know a document.
SETS: Mapping[DocType, str] = {
    DocType.PURCHASE_ORDER: "850",
    DocType.ORDER_ACKNOWLEDGMENT: "855",
    DocType.ORDER_CHANGE: "860",
    DocType.ORDER_CHANGE_ACKNOWLEDGMENT: "865",
    DocType.SHIP_NOTICE: "856",
    DocType.INVOICE: "810",
    DocType.INVENTORY_ADVICE: "846",
    DocType.PRICE_CATALOG: "832",
    DocType.REMITTANCE: "820",
    DocType.RECEIVING_ADVICE: "861",
    DocType.WAREHOUSE_ORDER: "940",
    DocType.WAREHOUSE_ADVICE: "945",
    DocType.APPLICATION_ADVICE: "824",
}

#: Where the code word says too little.
NAMES: Mapping[DocType, str] = {
    DocType.FUNCTIONAL_ACK: "acknowledgment",
    DocType.TECHNICAL_ACK: "TA1 acknowledgment",
    DocType.UNKNOWN: "",
}

VERDICTS: Mapping[str, str] = {
    Verdict.ACCEPTED: "accepted",
    Verdict.ACCEPTED_WITH_ERRORS: "accepted, with errors noted",
    Verdict.PARTLY: "partly accepted",
    Verdict.REJECTED: "rejected",
}

CHANNELS: Mapping[str, str] = {
    "embedded": "our SFTP server",
    "sftp": "their SFTP server",
    "folder": "a folder",
    "released": "an operator",
    "redrive": "an operator",
}

_AGES = ((86400, "day"), (3600, "hour"), (60, "minute"))

#: Control characters are shown as their pictures; marks that turn the direction of text, as a replacement.
_VISIBLE = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {0x7F: 0x2421}
_VISIBLE |= dict.fromkeys([0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD)


def plain(word: str) -> str:
    """Return a code word as people write it: `in_doubt` is "in doubt"."""
    return word.replace("_", " ")


def document_name(document: DocType, form: str = "", set_id: str = "") -> str:
    """Return "850 purchase order", as much of it as is known; the number only where the format is X12."""
    number = (set_id or SETS.get(document, "")) if form == "x12" else ""
    name = NAMES.get(document, plain(document.value))
    return f"{number} {name}".strip() or "unknown document"


def channel(word: str) -> str:
    """Return by which way a file came."""
    return CHANNELS.get(word, plain(word))


def verdict(code: str) -> str:
    """Return a verdict in words, with its code behind it."""
    return f"{VERDICTS[code]} ({code})" if code in VERDICTS else code


def when(instant: datetime | None) -> Markup:
    """Return an instant (UTC) as a `time` element, to the second."""
    if instant is None:
        return Markup()
    return Markup('<time datetime="{}">{}</time>').format(
        f"{instant:%Y-%m-%dT%H:%M:%SZ}", f"{instant:%Y-%m-%d %H:%M:%S}"
    )


def age(since: datetime, now: datetime) -> str:
    """Return how long ago an instant was: "3 hours", "2 days", "less than a minute"."""
    seconds = max(now - since, timedelta()).total_seconds()
    for size, unit in _AGES:
        count = int(seconds // size)
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"


def size(count: int) -> str:
    """Return a number of bytes for people."""
    if count < 10_000:
        return f"{count:,} bytes"
    for unit, worth in (("kB", 10**3), ("MB", 10**6)):
        if count < 10_000 * worth:
            return f"{count / worth:,.0f} {unit}"
    return f"{count / 10**9:,.0f} GB"


def visible(text: object) -> Markup:
    """Return a partner's text, escaped, with nothing in it that hides or rearranges other text."""
    return escape(str(text).translate(_VISIBLE))
