"""The way back: quantities and prices of ours in the unit in which the partner ordered the line.

The crosswalk made our quantity of theirs (2 cases are 48 pieces), so each line carries its own factor. A
price loses a little on that way: 100.00 for 24 is 4.166667 a piece in Odoo, and 100.000008 when it comes back.
"""

from __future__ import annotations

from decimal import Decimal

from hub.model.documents import OrderLine

#: Half of the last place of what we and Odoo keep of a number: six places.
HALF_PLACE = Decimal("0.0000005")


def in_their_unit(line: OrderLine, quantity: Decimal) -> Decimal:
    """Return a quantity of ours counted in the unit in which the partner ordered the line."""
    return plain(quantity / _factor(line))


def price_per_their_unit(line: OrderLine, price: Decimal) -> Decimal:
    """Return a price per our unit as a price per the unit in which the partner ordered the line."""
    return plain(price * _factor(line))


def price_per_our_unit(line: OrderLine, price: Decimal) -> Decimal:
    """Return a price per the unit in which the partner ordered the line as a price per our unit."""
    return price / _factor(line)


def same_price(line: OrderLine, price: Decimal, agreed: Decimal) -> bool:
    """Say whether a price per their unit is the agreed one, but for what the way back has rounded.

    Where a unit was converted, that is half of the agreed price's last place (half a cent at least), or what
    six places of our price leave open times the factor. Where none was, a price is what it is.
    """
    factor = abs(_factor(line))
    if factor == 1:
        return plain(price) == plain(agreed)
    exponent = agreed.as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    slack = max(Decimal(5).scaleb(-places - 1), HALF_PLACE * max(factor, Decimal(1)))
    return abs(price - agreed) <= slack


def plain(number: Decimal) -> Decimal:
    """Return a number without trailing zeros and without an exponent, to six places."""
    rounded = round(number, 6).normalize()
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral() else rounded


def _factor(line: OrderLine) -> Decimal:
    """Return how many of our units one of theirs is; 1 where nothing was converted."""
    if not line.our_quantity or not line.quantity:
        return Decimal(1)
    return line.our_quantity / line.quantity
