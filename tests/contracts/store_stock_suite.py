"""What every store keeps of the stock of others."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from msgspec.structs import replace

from hub.model.stock import StockTold, VendorStock
from hub.store import Store


def told(
    day: int, *rows: VendorStock, full: bool = True, location: str = "", partner: str = "bolt"
) -> StockTold:
    as_of = datetime(2026, 3, day, 6, 0)  # noqa: DTZ001 - the sender's clock tells no zone
    return StockTold(
        partner=partner, number=f"STK-{day}", as_of=as_of, full=full, location=location, rows=rows
    )


def has(sku: str, quantity: str, **more: object) -> VendorStock:
    return VendorStock(sku=sku, quantity=Decimal(quantity), unit="Units", **more)  # type: ignore[arg-type] # fields by name


class StockContract:
    """What sellers have of our items."""

    def seen(self, store: Store, partner: str = "bolt") -> dict[str, str]:
        with store.read() as tx:
            return {
                f"{row.sku} {row.location}".strip(): str(row.quantity) for row in tx.stock(partner=partner)
            }

    def keep(self, store: Store, *advices: StockTold) -> list[int]:
        with store.begin() as tx:
            return [tx.keep_stock(advice) for advice in advices]

    def test_a_full_advice_takes_the_place_of_all_before(self, store: Store) -> None:
        assert self.keep(store, told(1, has("A", "5"), has("B", "7")), told(2, has("A", "6"))) == [2, 1]
        self.keep(store, told(1, has("C", "9"), partner="other"))
        assert self.seen(store) == {"A": "6"}
        assert self.seen(store, "other") == {"C": "9"}

    def test_a_delta_changes_what_it_names(self, store: Store) -> None:
        self.keep(
            store, told(1, has("A", "5"), has("B", "7")), told(2, has("B", "0.5"), has("C", "1"), full=False)
        )
        assert self.seen(store) == {"A": "5", "B": "0.5", "C": "1"}

    def test_an_older_document_overwrites_nothing(self, store: Store) -> None:
        self.keep(store, told(1, has("A", "1"), has("B", "1")), told(5, has("A", "5"), full=False))
        assert self.keep(store, told(3, has("A", "3"), has("B", "3"))) == [1]
        assert self.seen(store) == {"A": "5", "B": "3"}
        assert self.keep(store, told(2, has("A", "2"), has("D", "2"), full=False)) == [0]
        assert self.seen(store) == {"A": "5", "B": "3"}

    def test_an_item_that_is_held_stays_as_it_was(self, store: Store) -> None:
        self.keep(store, told(1, has("A", "5"), has("B", "7"), has("C", "9")))
        self.keep(store, replace(told(2, has("A", "6")), held=("B",)))
        assert self.seen(store) == {"A": "6", "B": "7"}

    def test_a_second_one_of_the_same_instant_counts(self, store: Store) -> None:
        assert self.keep(store, told(1, has("A", "1")), told(1, has("A", "2"))) == [1, 1]
        assert self.seen(store) == {"A": "2"}

    def test_a_full_advice_of_one_warehouse_says_nothing_of_the_others(self, store: Store) -> None:
        self.keep(store, told(1, has("A", "1"), location="EAST"), told(1, has("A", "2"), location="WEST"))
        self.keep(store, told(2, has("B", "3"), location="EAST"))
        assert self.seen(store) == {"A WEST": "2", "B EAST": "3"}
        self.keep(store, told(3, has("A", "9")))
        assert self.seen(store) == {"A": "9"}
        assert self.keep(store, told(2, has("B", "4"), location="EAST")) == [0]

    def test_all_of_a_row_comes_back(self, store: Store) -> None:
        row = has(
            "A%_b",
            "12.250",
            kind="on_order",
            available=date(2026, 4, 2),
            location="E1",
            item="W-100",
            discontinued=True,
        )
        self.keep(store, told(1, row, has("AXXB", "1")))
        with store.read() as tx:
            (kept,) = tx.stock(sku="a%_B")
        assert kept.as_of == datetime(2026, 3, 1, 6, 0)  # noqa: DTZ001 - as above
        assert (kept.partner, kept.number) == ("bolt", "STK-1")
        assert VendorStock(**{name: getattr(kept, name) for name in VendorStock.__struct_fields__}) == row

    def test_many_items_and_none(self, store: Store) -> None:
        rows = [has(f"S{at:05d}", str(at)) for at in range(2_500)]
        assert self.keep(store, told(1, *rows), told(2, *rows[:1_500], full=False)) == [2_500, 1_500]
        with store.read() as tx:
            assert len(tx.stock()) == 2_500
            assert len(tx.stock(limit=10)) == 10
        assert self.keep(store, told(3)) == [0]
        assert self.seen(store) == {}
