"""X12 files to look at, compare, search and scrub: whole interchanges made of lines."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import BinaryIO

from translators.x12.tools.reading import Rules
from translators.x12.tools.verdict import Counts, Placed, check_file

ORDER = """
BEG*00*SA*4711**20250110
REF*DP*042
DTM*002*20250120
N1*ST*STORE 42*92*0042
N3*1 MAIN ST
N4*SPRINGFIELD*IL*62701*US
PO1*1*12*EA*10.50**UP*012345678905*VP*SKU1
PID*F****BLUE WIDGET
PO1*2*6*CA*3**UP*012345678912
CTT*2*18
AMT*TT*144
"""


def order(text: str = ORDER, control: str = "0001") -> list[str]:
    """Return an order's segments, ST and SE with its count included."""
    body = text.split("\n")[1:-1]
    return [f"ST*850*{control}", *body, f"SE*{len(body) + 2}*{control}"]


def interchange(*sets: Iterable[str], release: str = "004010", group: str = "PO") -> bytes:
    """Return sets in an interchange with one group, a line a segment. ISA02 and ISA04 hold passwords."""
    lines = [
        f"ISA*03*LOGIN1    *01*SECRET9   *ZZ*{'ACME':15}*ZZ*{'OURCO':15}*250110*1159*U*00401*000000101*0*T*>",
        f"GS*{group}*ACME*OURCO*20250110*1159*101*X*{release}",
        *(segment for one in sets for segment in one),
        f"GE*{len(sets)}*101",
        "IEA*1*000000101",
    ]
    return "".join(f"{line}~\n" for line in lines).encode()


def source(data: bytes) -> BinaryIO:
    """Return bytes as a file."""
    return io.BytesIO(data)


def checked(data: bytes, rules: Rules = Rules()) -> list[Placed]:  # noqa: B008 - it is frozen
    """Return all that is wrong with a file."""
    return list(check_file(source(data), "order.edi", rules, Counts()))
