"""Puts other values in the place of private ones: of the same shape, equal for equal, different for different ones.

A value is permuted among all values of its shape (letters stay letters, capital ones capital, digits digits; other
signs and leading zeros stay where they are) by a Feistel network whose rounds are keyed hashes. So nothing has to be
remembered, no two values fall together, and who knows the key can undo it: the key is a secret.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from functools import lru_cache
from math import isqrt

from translators.x12.rules.values import is_date

_ROUNDS = 6
_CHUNK = 24  # characters that are permuted at a time
_GS1_LENGTHS = {8, 12, 13, 14, 18, 20}  # GTIN-8, UPC, EAN-13, GTIN-14, SSCC, SSCC with its identifier (00)
_MOST_WEEKS = 150
_RANGES = {"0": ("0", 10), "a": ("a", 26), "A": ("A", 26), "1": ("1", 9)}


class Disguise:
    """The permutations of one key."""

    def __init__(self, key: bytes) -> None:
        self._key = hashlib.blake2b(key, digest_size=32).digest()
        self.shift = timedelta(weeks=1 + self._random(b"weeks", 0, 0) % _MOST_WEEKS)
        self.text = lru_cache(maxsize=1 << 16)(self._text)
        self.number = lru_cache(maxsize=1 << 16)(self._number)

    def _text(self, value: str) -> str:
        """Return another text of the same shape; a right GS1 check digit stays right, a wrong one wrong."""
        if len(value) in _GS1_LENGTHS and value.isascii() and value.isdecimal():
            return self._checked(value)
        chunks = (value[at : at + _CHUNK] for at in range(0, len(value), _CHUNK))
        return "".join(self._permuted(chunk, at) for at, chunk in enumerate(chunks))

    def _number(self, value: str) -> str:
        """Return another number of as many digits: zeros in front, sign, point and exponent stay."""
        mantissa, exponent, power = value.partition("E")
        return "".join(self._permuted(chunk, 0) for chunk in [mantissa]) + exponent + power

    def date(self, value: str) -> str:
        """Return a date as many weeks earlier as every other, so that weekdays stay; no date stays as it is."""
        if not is_date(value):
            return value
        year = int(value[:-4])
        century = 0 if len(value) == 8 else 1900 if year >= 70 else 2000
        try:
            shifted = date(century + year, int(value[-4:-2]), int(value[-2:])) - self.shift
        except (ValueError, OverflowError):
            return value
        return f"{shifted:%Y%m%d}"[-len(value) :].rjust(len(value), "0")

    def _checked(self, value: str) -> str:
        """Permute a number with a check digit; what is wrong with that digit stays wrong by as much."""
        body = self._permuted(value[:-1], 0)
        error = int(value[-1]) - check_digit(value[:-1])
        return body + str((check_digit(body) + error) % 10)

    def _permuted(self, value: str, place: int) -> str:
        """Permute one chunk among all of its shape."""
        shape = _shape(value)
        size = 1
        for sign in shape:
            size *= _RANGES[sign][1] if sign in _RANGES else 1
        if size == 1:
            return value
        return _written(self._permute(_read(value, shape), size, f"{place} {shape}".encode()), value, shape)

    def _permute(self, number: int, size: int, tweak: bytes) -> int:
        """Permute the numbers below `size`: a Feistel network over a rectangle that just holds them, cycle-walked."""
        width = isqrt(size - 1) + 1
        height = -(-size // width)
        while True:
            left, right = divmod(number, width)
            for turn in range(0, _ROUNDS, 2):
                left = (left + self._random(tweak, turn, right)) % height
                right = (right + self._random(tweak, turn + 1, left)) % width
            number = left * width + right
            if number < size:
                return number

    def _random(self, tweak: bytes, turn: int, number: int) -> int:
        """Return a keyed random number of 512 bits."""
        return int.from_bytes(
            hashlib.blake2b(b"%b|%d|%d" % (tweak, turn, number), key=self._key).digest(), "big"
        )


def check_digit(body: str) -> int:
    """Return the GS1 check digit of the digits before it: weights 3 and 1 in turn from the right."""
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(body)))
    return -total % 10


def _shape(value: str) -> str:
    """Return what kind of sign stands where: 0 digit, 1 the first digit that is no zero, A and a letters."""
    signs, begun = [], False
    for sign in value:
        if "0" <= sign <= "9":
            begun_now = begun or sign != "0"
            signs.append("0" if begun else "1" if begun_now else "z")
            begun = begun_now
        elif "a" <= sign <= "z" or "A" <= sign <= "Z":
            signs.append("a" if sign >= "a" else "A")
            begun = True
        else:
            signs.append("." if sign in ".-" else "_")
    return "".join(signs)


def _read(value: str, shape: str) -> int:
    """Return which of the values of its shape a text is."""
    number = 0
    for sign, kind in zip(value, shape, strict=True):
        if kind in _RANGES:
            first, radix = _RANGES[kind]
            number = number * radix + ord(sign) - ord(first)
    return number


def _written(number: int, value: str, shape: str) -> str:
    """Return the text of a shape with this number."""
    signs = []
    for sign, kind in zip(reversed(value), reversed(shape), strict=True):
        if kind in _RANGES:
            first, radix = _RANGES[kind]
            number, digit = divmod(number, radix)
            signs.append(chr(ord(first) + digit))
        else:
            signs.append(sign)
    return "".join(reversed(signs))
