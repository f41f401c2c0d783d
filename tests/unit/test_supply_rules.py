"""What `hub partner lint` says of the keys for stock and price lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.model.partner import Partner
from hub.profiles import load_partners

HEAD = 'name = "A"\nformat = "csv"\n[identity]\nisa = "ZZ:A"\n'


def said(folder: Path, text: str) -> list[str]:
    (folder / "a.toml").write_text(HEAD + text)
    _, findings = load_partners(folder)
    return [finding.message for finding in findings]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[receive.price_catalog]\nprice_jump = "a lot"', '"a lot" is no percentage'),
        ('[receive.invoice]\nunknown = "hold"', '"unknown" says nothing of invoice'),
        ('[receive.price_catalog]\npush = "supplierinfo"', '"push" says nothing of price_catalog'),
        ('[send.invoice]\nevery = "1d"', '"every" says nothing of invoice'),
        ('[send.inventory_advice]\nevery = "1d"\nat = "6 am"', '"6 am" is no time of day'),
        ('[send.inventory_advice]\nevery = "5s"', "more than once a minute helps nobody"),
        ("[send.price_catalog]", "nothing says when it is sent"),
        ('[send.price_catalog]\nevery = "1d"', "the assortment is the item crosswalk, and there is none"),
        (
            '[send.inventory_advice]\nevery = "1d"\nassortment.allocation = "120%"',
            '"120%" is no part of what is free',
        ),
        (
            '[send.inventory_advice]\nevery = "1d"\nassortment.safety_stock = -1',
            "a safety stock is not negative",
        ),
    ],
)
def test_a_fault_is_told(tmp_path: Path, text: str, says: str) -> None:
    assert says in said(tmp_path, text)


def test_what_is_right_is_filled_in(tmp_path: Path) -> None:
    text = '[send.inventory_advice]\nevery = "1d"\nat = "06:00"\nassortment = { listing = "all", allocation = "80%" }\n'
    text += '[receive.price_catalog]\nprice_jump = "20%"\nunknown = "hold"\n'
    text += '[receive.inventory_advice]\nmatch = "stock*"\nscope = "delta"\npush = "supplierinfo"\n'
    (tmp_path / "a.toml").write_text(
        HEAD + text.replace("[receive.price_catalog]", '[receive.price_catalog]\nmatch = "p*"')
    )
    partners, findings = load_partners(tmp_path)
    assert findings == ()
    partner: Partner = partners["a"]
    agreed = partner.send["inventory_advice"]  # type: ignore[index] # the names of documents are their values
    assert (agreed.every, agreed.at, agreed.assortment.allocation) == (86_400.0, "06:00", "80%")
