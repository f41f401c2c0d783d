"""Lanes: what is done in order. Inside a lane one step follows the other; lanes run side by side.

Opening and checking a partner's files is one lane, so the answer to a file never waits for Odoo; each
kind of document then posts in a lane of its own, and everything that goes out to a partner keeps its order.
"""

from __future__ import annotations

from hub.model.documents import DocType


def opening(partner: str) -> str:
    """Return the lane in which a partner's files are opened and checked."""
    return f"{partner or '-'}:in:open"


def posting(partner: str, document: DocType) -> str:
    """Return the lane in which one kind of document of a partner goes to Odoo."""
    return f"{partner or '-'}:in:{document.value}"


def sending(partner: str) -> str:
    """Return the lane of all that goes out to a partner."""
    return f"{partner or '-'}:out"
