"""Carriers as partners call them: the names of Odoo's shipping methods by their SCAC, from the profile."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from hub.model.documents import Carriage


def known_carrier(carriage: Carriage | None, codes: Mapping[str, str]) -> Carriage | None:
    """Return how goods travel, with the carrier's code where the profile knows it."""
    if carriage is None or carriage.scac or carriage.routing not in codes:
        return carriage
    return structs.replace(carriage, scac=codes[carriage.routing])
