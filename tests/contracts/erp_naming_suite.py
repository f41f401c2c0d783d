"""What every ERP gateway must do with the names of profiles. See erp_suite.py for how it is used."""

from __future__ import annotations

import pytest

from hub.model.erp_names import NameKind
from tests.contracts.erp_suite import Erp


class Naming:
    """A profile is brought up: does the ERP have what it names?"""

    def test_names_are_counted_and_those_that_are_not_there_are_none(self, erp: Erp) -> None:
        gateway, world = erp
        wanted = (world.widget, world.gadget, f"{world.widget}9")
        found = gateway.naming.having(NameKind.ITEM, wanted)
        assert dict(found) == {world.widget: 1, world.gadget: 1, f"{world.widget}9": 0}

    def test_a_partner_is_known_by_reference_or_by_name(self, erp: Erp) -> None:
        gateway, world = erp
        name = f"Acme Retail {world.tag}"
        found = gateway.naming.having(NameKind.PARTNER, (world.customer_ref, name, "Nobody & Sons"))
        assert dict(found) == {world.customer_ref: 1, name: 1, "Nobody & Sons": 0}

    def test_an_address_a_unit_and_an_account_or_product(self, erp: Erp) -> None:
        gateway, world = erp
        assert gateway.naming.having(NameKind.ADDRESS, (world.store_ref,))[world.store_ref] == 1
        units = gateway.naming.having(NameKind.UNIT, ("Units", "Buckets of nothing"))
        assert dict(units) == {"Units": 1, "Buckets of nothing": 0}
        charges = gateway.naming.having(NameKind.CHARGE, (world.widget, "NOT-A-CHARGE"))
        assert dict(charges) == {world.widget: 1, "NOT-A-CHARGE": 0}

    def test_warehouses_go_by_their_short_names(self, erp: Erp) -> None:
        gateway, _ = erp
        assert dict(gateway.naming.having(NameKind.WAREHOUSE, ("WH", "W9Q"))) == {"WH": 1, "W9Q": 0}
        assert dict(gateway.naming.having(NameKind.LOCATION, ("WH/Stock",))) == {"WH/Stock": 1}
        assert "WH" in gateway.naming.near(NameKind.WAREHOUSE, "WHX")

    def test_a_shipping_method_that_is_not_there_is_none(self, erp: Erp) -> None:
        gateway, _ = erp
        assert dict(gateway.naming.having(NameKind.CARRIER, ("Pigeon 7",))) == {"Pigeon 7": 0}

    def test_what_is_near_is_named(self, erp: Erp) -> None:
        gateway, world = erp
        near = gateway.naming.near(NameKind.ITEM, world.widget.replace("WID", "WDI"))
        assert world.widget in near

    def test_no_names_are_no_question(self, erp: Erp) -> None:
        gateway, _ = erp
        for kind in (NameKind.ITEM, NameKind.UNIT, NameKind.CHARGE):
            assert dict(gateway.naming.having(kind, ())) == {}

    @pytest.mark.parametrize("kind", [NameKind.ITEM, NameKind.UNIT])
    def test_hundreds_of_names_are_asked_in_slices(self, erp: Erp, kind: NameKind) -> None:
        gateway, _ = erp
        names = [f"NONE-{number}" for number in range(600 if kind is NameKind.ITEM else 60)]
        assert set(gateway.naming.having(kind, names).values()) == {0}
