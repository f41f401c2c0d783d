"""What segments that are lists of elements have in common, before anybody knows how they will be separated."""

from __future__ import annotations

#: Stands between the components of an element in a segment that we make (AK401, CTX01 ...); the pen replaces it with
#: the interchange's component separator. A private-use character, so that it is no separator of anybody.
COMPONENT = "\ue000"


def trimmed(elements: list[str]) -> list[str]:
    """Return a segment without empty elements at its end."""
    end = len(elements)
    while end > 1 and not elements[end - 1]:
        end -= 1
    return elements[:end]
