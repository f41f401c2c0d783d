"""Valid X12 sets to plant faults in, and the way from segments to findings and a 997."""

from __future__ import annotations

import datetime as dt

from hub.model.acks import GroupVerdict, SetVerdict
from hub.model.envelope import Address, Delimiters, Envelope
from hub.model.finding import Finding
from translators.x12.acks.verdicts import group_acknowledgment
from translators.x12.rules.check import check_set
from translators.x12.signs import COMPONENT

ORDER = """
BEG*00*SA*4711**20250110
CUR*BY*USD
REF*DP*042
PER*BD*PURCHASING*TE*5550100
FOB*PP*OR*PLANT 2
ITD*01*3*2**10**30
DTM*002*20250120
TD5**2*UPSN*M*GROUND
N9*L1*NOTES
MSG*HANDLE WITH CARE
N1*ST*STORE 42*92*0042
N3*1 MAIN ST
N4*SPRINGFIELD*IL*62701*US
PO1*1*12*EA*10.50**UP*012345678905*VP*SKU1
CTP**RES*19.99
PID*F****BLUE WIDGET
PO4*12*1*EA
SAC*A*C310***500
PO1*2*6*CA*3**UP*012345678912
MEA**WT*5*LB
SDQ*CA*92*0042*3*0043*3
CTT*2
AMT*TT*144
"""

SHIP_NOTICE = """
BSN*00*SHIP1*20250115*1200*0001
HL*1**S
TD1*CTN25*2****G*40*LB
TD5**2*UPSN*M
REF*BM*BOL1
DTM*011*20250115
N1*SF*PLANT*92*P1
HL*2*1*O
PRF*4711
HL*3*2*P
MAN*GM*000123456789012345
HL*4*3*I
LIN*1*UP*012345678905
SN1**12*EA
CTT*4
"""

INVOICE = """
BIG*20250116*INV1*20250110*4711***DI
CUR*SE*USD
REF*VN*V77
N1*RE*OUR COMPANY*92*V77
ITD*01*3*2**10**30
DTM*011*20250115
IT1*1*12*EA*10.50**UP*012345678905
TXI*ST*5.00*6.25
PID*F****BLUE WIDGET
SAC*A*C310***500
TDS*12600
CAD*M***UPSN***BM*BOL1
ISS*2*CA*40*LB
CTT*1
"""

SETS = {"850": ORDER, "856": SHIP_NOTICE, "810": INVOICE}
GROUPS = {"850": "PO", "856": "SH", "810": "IN"}


def envelope(set_id: str, release: str = "004010", **changes: object) -> Envelope:
    """Return a complete envelope for a set; fields may be replaced."""
    fields: dict[str, object] = {
        "format": "x12",
        "sender": Address("ZZ", "ACME"),
        "receiver": Address("ZZ", "OURCO"),
        "interchange_control": "000000101",
        "usage": "P",
        "delimiters": Delimiters(repetition="^" if release >= "004020" else "", suffix="\n"),
        "prepared_at": dt.datetime.fromisoformat("2025-01-10T12:00"),
        "functional_id": GROUPS.get(set_id, "FA"),
        "group_sender": "ACME",
        "group_receiver": "OURCO",
        "group_control": "101",
        "release": release,
        "set_id": set_id,
        "set_control": "0001",
    }
    return Envelope(**{**fields, **changes})


def segments(set_id: str) -> list[str]:
    """Return a valid set from ST to SE."""
    body = SETS[set_id].strip().splitlines()
    return [f"ST*{set_id}*0001", *body, f"SE*{len(body) + 2}*0001"]


def findings(lines: list[str], set_id: str, **changes: object) -> tuple[Finding, ...]:
    """Check a set that is given as segments."""
    payload = "".join(f"{line}~\n" for line in lines).encode()
    return check_set(payload, envelope(set_id, **changes))


def acknowledged(lines: list[str], set_id: str, **changes: object) -> list[str]:
    """Return the AK3, AK4 and AK5 segments that a set gets."""
    one = SetVerdict(envelope=envelope(set_id, **changes), findings=findings(lines, set_id, **changes))
    group = GroupVerdict(envelope=one.envelope, declared_count="1", sets=(one,))
    body = ["*".join(s).replace(COMPONENT, ">") for s in group_acknowledgment(group)]
    return body[2:-1]
