"""The port for names: does the ERP have the records that profiles and crosswalks name? Nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from hub.model.erp_names import NameKind


class Naming(Protocol):
    """What the ERP knows by name. Raises Retryable or Undeliverable when it does not answer."""

    def having(self, kind: NameKind, names: Collection[str]) -> Mapping[str, int]:
        """Return for each name how many records have it, 0 for none; few calls, whatever the number of names.

        Of every kind but company, model, field and record.
        """

    def near(self, kind: NameKind, name: str) -> tuple[str, ...]:
        """Return at most 3 names that are there, nearest to one that is not, best first."""
