"""The way back: quantities and prices of ours in the unit in which the partner ordered the line.

The crosswalk made our quantity of theirs (2 cases are 48 pieces), so each line carries its own factor. A
price loses a little on that way: 100.00 for 24 is 4.166667 a piece in Odoo, and 100.000008 when it comes back.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from hub.model.documents import OrderLine, OwnUnit, Priced

#: Half of the last place of what we and Odoo keep of a number: six places.
HALF_PLACE = Decimal("0.0000005")


def in_their_unit(line: OrderLine, quantity: Decimal) -> Decimal:
    """Return a quantity of ours counted in the unit in which the partner ordered the line."""
    return plain(quantity / _factor(line))


def own_of_theirs(line: OrderLine, own: OwnUnit | None) -> OwnUnit | None:
    """Return a quantity of the product's own unit as a part of the unit in which the partner ordered the line."""
    return None if own is None else replace(own, contained=own.contained * _factor(line))


def price_per_their_unit(line: OrderLine, price: Decimal) -> Decimal:
    """Return a price per our unit as a price per the unit in which the partner ordered the line."""
    return price * _factor(line)


def price_per_our_unit(line: OrderLine, price: Decimal) -> Decimal:
    """Return a price per the unit in which the partner ordered the line as a price per our unit."""
    return price / _factor(line)


def as_told(line: Priced, price: Decimal) -> Decimal:
    """Return a price per the partner's unit in the way in which the line tells prices: per hundred, it may be."""
    return plain(line.per_base(price))


def price_in_words(line: OrderLine) -> str:
    """Return the price of a line for people: 12.50, or 12.50 per 100."""
    return f"{line.price} per {line.base_quantity:f}" if line.base_quantity else f"{line.price}"


def same_price(line: OrderLine, price: Decimal, agreed: Decimal) -> bool:
    """Say whether a price per their unit is the agreed one, but for what the way back has rounded.

    Both are looked at as the line tells prices. Where a unit was converted, the slack is half of the agreed
    price's last place (half a cent at least), or what six places of our price leave open times the factor. Where
    none was, a price is what it is, but for those six places if it is told for many units.
    """
    factor, base = abs(_factor(line)), line.per_base(Decimal(1))
    price, agreed = as_told(line, price), as_told(line, agreed)
    if factor == 1 == base:
        return price == agreed
    exponent = agreed.as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    rounded = Decimal(0) if factor == 1 else Decimal(5).scaleb(-places - 1)
    return abs(price - agreed) <= max(rounded, HALF_PLACE * max(factor * base, Decimal(1)))


def plain(number: Decimal) -> Decimal:
    """Return a number without trailing zeros and without an exponent, to six places."""
    rounded = round(number, 6).normalize()
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral() else rounded


def _factor(line: OrderLine) -> Decimal:
    """Return how many of our units one of theirs is; 1 where nothing was converted."""
    if not line.our_quantity or not line.quantity:
        return Decimal(1)
    return line.our_quantity / line.quantity
