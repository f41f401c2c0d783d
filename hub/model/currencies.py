"""How small the money of a currency gets: the places behind the point of its amounts (ISO 4217, minor units)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

#: Currencies whose smallest unit is not a hundredth, by their places.
_OTHERS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_WIDE = Context(prec=100)  # more digits than any amount: a nonsense one is no crash
_PLACES = {code: places for places, codes in _OTHERS.items() for code in codes.split()}


def places_of(currency: str) -> int:
    """Return the places of a currency's amounts; 2 for one that is not told, or that we do not know."""
    return _PLACES.get(currency.strip().upper(), 2)


def smallest(currency: str) -> Decimal:
    """Return the smallest amount of a currency: 0.01 USD, 1 JPY, 0.001 KWD."""
    return Decimal(1).scaleb(-places_of(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Return an amount in whole smallest units of a currency, a half away from zero as Odoo does."""
    return amount.quantize(smallest(currency), ROUND_HALF_UP, _WIDE)
