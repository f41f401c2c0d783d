"""What one look of the doctor gives."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Status(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"  # works, and somebody should know
    FAIL = "fail"  # the hub, or a partner, cannot work like this


class Check(Struct, frozen=True):
    """One thing that was looked at: its name, how it is, and how to mend it when it is not well."""

    name: str
    status: Status
    what: str
    how_to_mend: str = ""


def well(name: str, what: str) -> Check:
    """Return a check that came out well."""
    return Check(name, Status.OK, what)


def warn(name: str, what: str, how_to_mend: str) -> Check:
    """Return a check that deserves a look."""
    return Check(name, Status.WARN, what, how_to_mend)


def fail(name: str, what: str, how_to_mend: str) -> Check:
    """Return a check that must be mended."""
    return Check(name, Status.FAIL, what, how_to_mend)
