"""The stable problem codes of findings, by area. Add here; never rename what has been released.

X12 syntax codes map one to one to the code lists of TA1, 997 and 999 (see translators/x12/acks/codes.py).
"""

from __future__ import annotations

# --- files (before any format is known)
FILE_EMPTY = "file.empty"
FILE_BINARY = "file.binary"
FILE_TOO_LARGE = "file.too_large"
FILE_UNREADABLE = "file.unreadable"
SENDER_UNKNOWN = "sender.unknown"
SENDER_WRONG_ACCOUNT = "sender.wrong_account"  # a known partner, but not the owner of this mailbox
RECEIVER_NOT_US = "receiver.not_us"
NO_AGREEMENT = "agreement.missing"  # the partner's profile does not provide for this document
USAGE_TEST = "usage.test"
USAGE_MISMATCH = "usage.mismatch"

# --- X12 envelope (TA105)
ISA_TRUNCATED = "isa.truncated"
ISA_WIDTH = "isa.width"
ISA_INVALID = "isa.invalid"  # an ISA element has a bad value; `where.element` says which
IEA_MISSING = "iea.missing"
IEA_CONTROL = "iea.control_mismatch"
IEA_COUNT = "iea.count"
ISA_DUPLICATE = "isa.duplicate_control"  # TA105 025
ENVELOPE_STRUCTURE = "envelope.structure"  # TA105 022: segments outside any group, GS before ISA ...
ENVELOPE_DELIMITERS = "envelope.delimiters"
ENVELOPE_JUNK = "envelope.junk"  # bytes outside any interchange were left out
ENVELOPE_WRAPPED = "envelope.wrapped"  # the file is cut into lines that end inside segments

# --- X12 group (AK905)
GROUP_UNSUPPORTED = "group.unsupported"
GROUP_VERSION = "group.version"
GE_MISSING = "ge.missing"
GE_CONTROL = "ge.control_mismatch"
GE_COUNT = "ge.count"
GS_CONTROL = "gs.control_invalid"
GS_REPEATED = (
    "gs.control_repeated"  # GS06 used twice in one interchange (AK905 19 from 005010, before that 6)
)

# --- X12 transaction set (AK502)
SET_UNSUPPORTED = "set.unsupported"
SE_MISSING = "se.missing"
SE_CONTROL = "se.control_mismatch"
SE_COUNT = "se.count"
SET_SEGMENTS = "set.segments_in_error"
SET_ID = "set.id_invalid"
ST_CONTROL = "st.control_invalid"
ST_REPEATED = "st.control_repeated"  # ST02 used twice in one group (AK502 23 from 005010, before that 7)
SET_NOT_IN_GROUP = "set.not_in_group"  # ST01 does not fit GS01 (AK502 18 from 005010, before that 6)

# --- X12 segment (AK304)
SEGMENT_UNKNOWN = "segment.unrecognized"
SEGMENT_UNEXPECTED = "segment.unexpected"
SEGMENT_MISSING = "segment.mandatory_missing"
LOOP_OVER_MAX = "loop.over_max"
SEGMENT_OVER_MAX = "segment.over_max"
SEGMENT_NOT_IN_SET = "segment.not_in_set"
SEGMENT_SEQUENCE = "segment.out_of_sequence"
SEGMENT_ELEMENTS = "segment.element_errors"

# --- X12 element (AK403)
ELEMENT_MISSING = "element.mandatory_missing"
ELEMENT_CONDITION = "element.conditional_missing"
ELEMENT_TOO_MANY = "element.too_many"
ELEMENT_SHORT = "element.too_short"
ELEMENT_LONG = "element.too_long"
ELEMENT_CHARACTER = "element.invalid_character"
ELEMENT_CODE = "element.invalid_code"
ELEMENT_DATE = "element.invalid_date"
ELEMENT_TIME = "element.invalid_time"
ELEMENT_EXCLUSION = "element.exclusion"
ELEMENT_REPEATS = "element.too_many_repeats"
ELEMENT_SEPARATOR = "element.separator"  # a separator in an element that it does not divide: never in a 997
COMPONENT_TOO_MANY = "element.too_many_components"
DICTIONARY_GAP = "dictionary.gap"  # X12 may allow it, our dictionary does not describe it: never in a 997
HIERARCHY = "hierarchy"  # HL: an id twice, or a parent that does not exist

# --- a partner's guideline, beyond X12 (AK304/AK403; a 999 has codes of its own for them: I4, I6, I8, I9, I10)
GUIDE_SEGMENT_MISSING = "guide.segment_missing"
GUIDE_SEGMENT_FORBIDDEN = "guide.segment_forbidden"
GUIDE_SEGMENT_OVER_MAX = "guide.segment_over_max"
GUIDE_ELEMENT_MISSING = "guide.element_missing"
GUIDE_ELEMENT_FORBIDDEN = "guide.element_forbidden"
GUIDE_ELEMENT_LONG = "guide.element_too_long"
GUIDE_CODE = "guide.invalid_code"

# --- reading a document
FIELD_MISSING = "field.missing"
FIELD_INVALID = "field.invalid"
FIELD_UNMAPPED = "field.unmapped"
TOTAL_MISMATCH = "total.mismatch"
COLUMN_MISSING = "column.missing"
COLUMN_DUPLICATE = "column.duplicate"  # a column that we read stands twice
ROW_INVALID = "row.invalid"
XML_INVALID = "xml.invalid"
XML_SCHEMA = "xml.schema"  # the partner's own XSD forbids it
CREDENTIAL_REFUSED = "credential.refused"  # a cXML file names another sender, receiver or secret than agreed
REPLY_REFUSES = "reply.refuses"  # a partner's system answers that it did not take a file of ours
XML_FORBIDDEN = "xml.forbidden"  # DTD, external entity, too deep

# --- business exceptions (holds)
CODE_UNKNOWN = "crosswalk.miss"
PRICE_DIFFERS = "price.differs"
CHARGE_UNPLACED = "charge.unplaced"  # an allowance or a charge that no product of ours stands for
PRICE_BASIS = "price.basis"  # nothing says how many units a price is for
QUANTITY_DIFFERS = "quantity.differs"
QUANTITY_NEGATIVE = "quantity.negative"  # less than nothing was shipped, received or is there
DATE_DIFFERS = "date.differs"
CANCEL_ASKED = "change.cancel_asked"  # a partner cancels an order, and the profile lets a person decide
CHANGE_OVERTAKEN = "change.overtaken"  # a later change of the same order is applied already
RULE_QUANTITY = "rule.quantity"  # an order breaks a rule of the profile: less than we sell, no multiple
RULE_DATE = "rule.date"  # asked for too soon, or not wanted any more
ANSWER_REJECTS = "answer.rejects"  # a supplier rejects an order of ours, or a change of it
CHANGE_UNCLEAR = "change.unclear"  # a change says what nobody can carry out
LOOKS_LIKE_CHANGE = "duplicate.looks_like_change"
DIFFERENCE = "duplicate.difference"  # one field in which a repeat differs from what came before
ALREADY_POSTED = "duplicate.already_posted"
ORDER_UNKNOWN = "order.unknown"
LINE_UNKNOWN = "order.line_unknown"
ORDER_DISAGREES = "order.disagrees"  # two documents of one order contradict each other
GATE_DISAGREES = "gate.disagrees"  # what we would send does not agree with the order or with Odoo
INVOICE_UNKNOWN = "payment.invoice_unknown"
PAYMENT_DIFFERS = "payment.differs"  # an invoice is paid by more or less than is open
RECEIPT_DIFFERS = "receipt.differs"  # what came in is not what was shipped
MAY_HAVE_BEEN_SENT = "restore.may_have_been_sent"  # by the hub whose backup was restored
STOCK_TWICE = "stock.told_twice"  # an advice tells of one item twice
ERP_MISSING = "erp.record_missing"
ERP_REFUSED = "erp.refused"
NOT_THEIRS = "owner.odoo"  # a file of records says otherwise of what Odoo is the system of record of

# --- acknowledgments
ACK_ORPHAN = "ack.orphan"
ACK_DUPLICATE = "ack.duplicate"
ACK_LATE = "ack.late"
ACK_OVERDUE = "ack.overdue"  # something waits for the partner's acknowledgment, and longer than agreed
ACK_REJECTED = "ack.rejected"  # the partner rejected what we sent
ACK_CONTRADICTS = "ack.contradicts"  # it says another thing than an earlier one about the same document
ACK_UNCLEAR = "ack.unclear"  # it gives no verdict that X12 knows

# --- profiles and settings
CONFIG_SYNTAX = "config.syntax"
CONFIG_UNKNOWN_KEY = "config.unknown_key"
CONFIG_TYPE = "config.type"
CONFIG_VALUE = "config.value"
CONFIG_MISSING = "config.missing"
CONFIG_REFERENCE = "config.reference"
CONFIG_UNUSED = "config.unused"  # a key that this version keeps and does not act on
