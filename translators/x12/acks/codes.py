"""Problem codes and the code lists of TA1, 997 and 999, in both directions and in words.

AK304/IK304 segment, AK403/IK403 element, AK502/IK502 set, AK905 group, TA105 interchange.
"""

from __future__ import annotations

from hub.model import problems as p
from hub.model.finding import Finding

SEGMENT_CODES = {
    p.SEGMENT_UNKNOWN: "1",
    p.SEGMENT_UNEXPECTED: "2",
    p.SEGMENT_MISSING: "3",
    p.LOOP_OVER_MAX: "4",
    p.SEGMENT_OVER_MAX: "5",
    p.SEGMENT_NOT_IN_SET: "6",
    p.SEGMENT_SEQUENCE: "7",
    p.SEGMENT_ELEMENTS: "8",
    p.GUIDE_SEGMENT_MISSING: "3",
    p.GUIDE_SEGMENT_FORBIDDEN: "2",
    p.GUIDE_SEGMENT_OVER_MAX: "5",
}

ELEMENT_CODES = {
    p.ELEMENT_MISSING: "1",
    p.ELEMENT_CONDITION: "2",
    p.ELEMENT_TOO_MANY: "3",
    p.ELEMENT_SHORT: "4",
    p.ELEMENT_LONG: "5",
    p.ELEMENT_CHARACTER: "6",
    p.ELEMENT_CODE: "7",
    p.ELEMENT_DATE: "8",
    p.ELEMENT_TIME: "9",
    p.ELEMENT_EXCLUSION: "10",
    p.ELEMENT_REPEATS: "12",  # from 004020; earlier releases have no repetition
    p.COMPONENT_TOO_MANY: "3",
    p.HIERARCHY: "7",  # the value does not fit the other HL segments
    p.GUIDE_ELEMENT_MISSING: "1",
    p.GUIDE_ELEMENT_FORBIDDEN: "10",
    p.GUIDE_ELEMENT_LONG: "5",
    p.GUIDE_CODE: "7",
}

SET_CODES = {
    p.SET_UNSUPPORTED: "1",
    p.SE_MISSING: "2",
    p.SE_CONTROL: "3",
    p.SE_COUNT: "4",
    p.SET_SEGMENTS: "5",
    p.SET_ID: "6",
    p.ST_CONTROL: "7",
}

GROUP_CODES = {
    p.GROUP_UNSUPPORTED: "1",
    p.GROUP_VERSION: "2",
    p.GE_MISSING: "3",
    p.GE_CONTROL: "4",
    p.GE_COUNT: "5",
    p.GS_CONTROL: "6",
}

_INTERCHANGE_CODES = {
    p.IEA_CONTROL: "001",
    p.SENDER_UNKNOWN: "006",
    p.RECEIVER_NOT_US: "009",
    p.USAGE_MISMATCH: "020",
    p.USAGE_TEST: "020",
    p.IEA_COUNT: "021",
    p.ENVELOPE_STRUCTURE: "022",
    p.ISA_TRUNCATED: "023",
    p.IEA_MISSING: "023",
    p.ISA_DUPLICATE: "025",
}

#: TA105 by the position of the ISA element that is not valid.
_ISA_ELEMENTS = {
    1: "010", 2: "011", 3: "012", 4: "013", 5: "005", 6: "006", 7: "007", 8: "008", 9: "014", 10: "015",
    11: "002", 12: "017", 13: "018", 14: "019", 15: "020", 16: "027",
}  # fmt: skip

_SEPARATORS = {"element": "026", "component": "027", "repetition": "002", "segment": "004"}

SEGMENT_WORDS = {
    "1": "unrecognized segment",
    "2": "unexpected segment",
    "3": "mandatory segment missing",
    "4": "loop occurs too often",
    "5": "segment occurs too often",
    "6": "segment not in this transaction set",
    "7": "segment out of sequence",
    "8": "segment has element errors",
    "I4": "segment not used in the implementation",
    "I6": "dependent segment missing in the implementation",
    "I7": "loop occurs too seldom in the implementation",
    "I8": "segment below its minimum use in the implementation",
    "I9": "dependent segment not used in the implementation",
}

ELEMENT_WORDS = {
    "1": "mandatory element missing",
    "2": "conditionally required element missing",
    "3": "too many elements",
    "4": "element too short",
    "5": "element too long",
    "6": "invalid character",
    "7": "invalid code value",
    "8": "invalid date",
    "9": "invalid time",
    "10": "exclusion condition violated",
    "12": "too many repetitions",
    "13": "too many components",
    "I6": "code value not used in the implementation",
    "I9": "dependent element missing in the implementation",
    "I10": "element not used in the implementation",
    "I11": "too few repetitions in the implementation",
    "I12": "pattern match failure in the implementation",
    "I13": "dependent element not used in the implementation",
}

SET_WORDS = {
    "1": "transaction set not supported",
    "2": "transaction set trailer missing",
    "3": "control numbers of header and trailer do not match",
    "4": "number of segments does not match",
    "5": "one or more segments in error",
    "6": "missing or invalid transaction set identifier",
    "7": "missing or invalid transaction set control number",
    "8": "authentication key name unknown",
    "9": "encryption key name unknown",
    "10": "requested service not available",
    "11": "unknown security recipient",
    "12": "incorrect message length",
    "13": "message authentication code failed",
    "18": "transaction set not in this functional group",
    "19": "invalid implementation convention reference",
    "23": "transaction set control number not unique in the group",
    "I5": "one or more segments in error by the implementation",
    "I6": "implementation convention not supported",
}

GROUP_WORDS = {
    "1": "functional group not supported",
    "2": "functional group version not supported",
    "3": "functional group trailer missing",
    "4": "group control numbers of header and trailer do not match",
    "5": "number of transaction sets does not match",
    "6": "group control number invalid or used twice",
    "10": "authentication key name unknown",
    "11": "encryption key name unknown",
    "12": "requested service not available",
    "13": "unknown security recipient",
    "18": "message authentication code failed",
    "19": "functional group control number not unique",
}

INTERCHANGE_WORDS = {
    "000": "no error",
    "001": "control numbers of header and trailer do not match",
    "002": "standard or repetition separator not supported",
    "003": "version not supported",
    "004": "segment terminator invalid",
    "005": "sender qualifier invalid",
    "006": "sender id invalid",
    "007": "receiver qualifier invalid",
    "008": "receiver id invalid",
    "009": "receiver id unknown",
    "010": "authorization qualifier invalid",
    "011": "authorization invalid",
    "012": "security qualifier invalid",
    "013": "security invalid",
    "014": "interchange date invalid",
    "015": "interchange time invalid",
    "016": "standard identifier invalid",
    "017": "version invalid",
    "018": "control number invalid",
    "019": "acknowledgment request invalid",
    "020": "usage indicator invalid",
    "021": "number of groups does not match",
    "022": "control structure invalid",
    "023": "file ended too early",
    "024": "interchange content invalid",
    "025": "control number used twice",
    "026": "element separator invalid",
    "027": "component separator invalid",
    "028": "delivery date in deferred delivery request invalid",
    "029": "delivery time in deferred delivery request invalid",
    "030": "delivery time code in deferred delivery request invalid",
    "031": "grade of service invalid",
}

VERDICT_WORDS = {
    "A": "accepted",
    "E": "accepted, errors noted",
    "P": "partly accepted",
    "R": "rejected",
    "M": "rejected, authentication failed",
    "W": "rejected, assurance failed",
    "X": "rejected, could not be decrypted",
}


def interchange_code(finding: Finding) -> str:
    """Return the TA105 code of an envelope finding, "" when TA1 has no word for it (bytes left out, ...)."""
    if finding.problem in {p.ISA_INVALID, p.ISA_WIDTH}:
        return _ISA_ELEMENTS.get(finding.where.element or 0, "024")
    if finding.problem == p.ENVELOPE_DELIMITERS:
        return _SEPARATORS.get(finding.where.path, "022")
    return _INTERCHANGE_CODES.get(finding.problem, "024" if finding.fatal else "")


def problem_of(table: dict[str, str], code: str, otherwise: str) -> str:
    """Return the problem code behind an X12 code; `otherwise` for codes that we never write ourselves."""
    return next((problem for problem, known in table.items() if known == code), otherwise)
