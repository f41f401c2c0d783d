"""The parts that documents of several kinds share: parties, charges, taxes, terms, carriage, lots."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from msgspec import Struct, field


class Value(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Base of the parts of a document: immutable, empty fields left out when stored as JSON.

    The parts make a tree, never a circle, so that Python's collector need not look at them.
    """


class Priced(Value, frozen=True, kw_only=True):
    """What the prices of a line are for: `base_quantity` of its `unit`, those of its decisions too.

    A partner says it by a code, a quantity, or a quantity of another unit. The crosswalk makes of all of these
    the one number in the line's own unit, which alone counts from then on; the code stays, to be answered with.
    """

    price_basis: str = ""  # X12 data element 639 (PO105, POC07, IT105): PE each, HP hundred ..., as written
    base_quantity: Decimal | None = None  # the price is for so many units; None means one
    base_unit: str = (
        ""  # what `base_quantity` counts, where they tell it; empty once it is in the line's unit
    )
    base_factor: Decimal | None = None  # so many of `base_unit` are one of the line's (cXML conversionFactor)

    def per_one(self, price: Decimal) -> Decimal:
        """Return a price of the line as the price of one `unit`."""
        return price / self.base_quantity if self.base_quantity else price

    def per_base(self, unit_price: Decimal) -> Decimal:
        """Return the price of one `unit` as the line tells prices."""
        return unit_price * self.base_quantity if self.base_quantity else unit_price


class Party(Value, frozen=True, kw_only=True):
    """A company or place (X12 N1 loop)."""

    name: str = ""  # N102
    id: str = ""  # N104, the partner's code
    id_kind: str = ""  # N103 as written: 92 assigned by buyer, 91 by seller, 9 DUNS+4, 1 DUNS, UL GLN
    address: tuple[str, ...] = ()  # N301, N302 ...
    city: str = ""
    region: str = ""  # N402 state or province
    postal_code: str = ""
    country: str = ""  # N404, ISO 3166
    contact: str = ""  # PER02
    phone: str = ""
    email: str = ""
    tax_number: str = ""  # REF TJ, GT; UBL PartyTaxScheme/CompanyID
    registration: str = ""  # UBL PartyLegalEntity/CompanyID
    endpoint: str = ""  # electronic address (Peppol EndpointID)
    endpoint_kind: str = ""  # its scheme, e.g. 0088 GLN
    ours: str = ""  # our reference for it (res.partner.ref), set by the crosswalk


class Charge(Value, frozen=True, kw_only=True):
    """An allowance or a charge (X12 SAC), on the document or on a line."""

    kind: str  # allowance | charge (SAC01 A, C)
    code: str = ""  # SAC02
    amount: Decimal | None = None  # SAC05, always positive; `kind` gives the sign
    rate: Decimal | None = None  # SAC08 per unit
    percent: Decimal | None = None  # SAC07
    description: str = ""  # SAC15
    base: Decimal | None = None  # the amount that the percentage is of
    tax_category: str = ""  # UNCL 5305
    tax_percent: Decimal | None = None
    ours: str = ""  # our product (its code) or our account for it, set by the crosswalk

    def worth(self, gross: Decimal, quantity: Decimal) -> Decimal:
        """Return what it adds to a price of `gross` for `quantity` units, not rounded: amount, else rate, else percent.

        An allowance takes away; other kinds are for information and add nothing.
        """
        sign = {"allowance": -1, "charge": 1}.get(self.kind, 0)
        if self.amount is not None:
            return sign * self.amount
        if self.rate is not None:
            return sign * self.rate * quantity
        base = gross if self.base is None else self.base
        return sign * base * (self.percent or Decimal(0)) / 100


class Tax(Value, frozen=True, kw_only=True):
    """A tax amount (X12 TXI)."""

    kind: str = ""  # TXI01
    amount: Decimal = Decimal(0)
    percent: Decimal | None = None
    category: str = ""  # UNCL 5305: S standard, Z zero, E exempt, AE reverse charge ...
    taxable: Decimal | None = None  # the amount that it is worked out on
    exemption: str = ""  # why there is none, in words
    exemption_code: str = ""  # why, as a code of the VATEX list (UBL TaxExemptionReasonCode)


class Terms(Value, frozen=True, kw_only=True):
    """Terms of payment (X12 ITD)."""

    kind: str = ""  # ITD01
    discount_percent: Decimal | None = None  # ITD03
    discount_days: int | None = None  # ITD05
    net_days: int | None = None  # ITD07
    due: dt.date | None = None  # ITD06
    description: str = ""  # ITD12
    discount_amount: Decimal | None = None  # ITD08
    discount_due: dt.date | None = None  # ITD04


class Carriage(Value, frozen=True, kw_only=True):
    """How goods travel (X12 TD5, TD3, FOB)."""

    scac: str = ""  # TD503 with TD502 = 2
    mode: str = ""  # TD504
    routing: str = ""  # TD505
    service: str = ""  # TD512
    fob: str = ""  # FOB01
    tracking: str = ""  # REF CN
    bill_of_lading: str = ""  # REF BM
    equipment: str = ""  # TD302/03


#: Item numbers by whose number it is: buyer_part (BP, IN), vendor_part (VP, VN), upc (UP), ean (EN),
#: gtin (UK), sku (SK), manufacturer_part (MG), or the lower-case qualifier when it is none of these.
ItemIds = dict[str, str]


class Split(Value, frozen=True, kw_only=True):
    """A part of a line with its own date or place (X12 SCH, SDQ)."""

    quantity: Decimal
    unit: str = ""
    date: dt.date | None = None
    location: str = ""
    location_kind: str = ""  # SDQ02, a code as of N103: UL GLN ...; empty: 92 assigned by the buyer


class Lot(Value, frozen=True, kw_only=True):
    """A lot or serial within an item (REF LT, DTM 036)."""

    number: str
    quantity: Decimal | None = None
    expires: dt.date | None = None


class OwnUnit(Value, frozen=True, kw_only=True):
    """A quantity of an order line in the unit that our product is kept in, where the line has another; set by the ERP.

    What is shipped in pieces of a line in dozens is told in pieces when it is no even part of a dozen: this says
    what it is of the line all the same.
    """

    unit: str  # the unit's name in Odoo
    quantity: Decimal  # the same quantity, in `unit`
    contained: Decimal  # how many of `unit` one of the order line's unit is

    @property
    def of_line(self) -> Decimal:
        """Return the quantity in the order line's unit, not rounded: add up first, then round."""
        return self.quantity / self.contained


class Package(Value, frozen=True, kw_only=True):
    """A carton or pallet with a label (X12 856 HL level P or T)."""

    sscc: str = ""  # SSCC-18 without its application identifier (MAN GM writes 00 before it)
    kind: str = ""  # carton | pallet
    on: str = ""  # the SSCC of the pallet that it stands on; empty: on none
    weight: Decimal | None = None
    weight_unit: str = ""
    tracking: str = ""  # of this package alone (MAN CP)
    items: tuple[ShippedItem, ...] = ()


class CustomerReference(Value, frozen=True, kw_only=True):
    """Their number of an item, which only the ERP's list of customer references can tell for ours."""

    number: str  # as the line has it under `buyer_part`
    otherwise: str | None = (
        None  # our code by the numbers trusted less; empty: a barcode; None: nothing names it
    )
    near: str = ""  # the nearest number that the crosswalk knows, where nothing else names the item


class ShippedItem(Value, frozen=True, kw_only=True):
    """One shipped item (X12 856 HL level I)."""

    line_number: str = ""  # LIN01 or SN101: the order's line number
    ids: ItemIds = field(default_factory=dict)
    description: str = ""
    quantity: Decimal = Decimal(0)  # SN102 shipped, in `unit`
    unit: str = ""  # SN103
    ordered: Decimal | None = None  # SN105, in `unit`
    lots: tuple[Lot, ...] = ()
    refs: dict[str, str] = field(default_factory=dict)
    sku: str = ""  # our item code, set by the crosswalk
    our_quantity: Decimal | None = None  # in `our_unit`, set by the crosswalk
    our_unit: str = ""
    own: OwnUnit | None = None  # of ours: `quantity` in the product's own unit
