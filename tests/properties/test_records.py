"""Files of records, whatever is in them: nothing raises, and every row is in a record or refused."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from hub.model.documents import DocType, RecordBatch
from hub.model.envelope import UnwrappedSet
from hub.model.partner import Partner
from hub.model.record_types import FieldSource, RecordType
from translators.records.translator import RecordsTranslator

KIND = RecordType(
    match="*",
    model="res.partner",
    system_of_record="partner",
    key=("Key",),
    batch=3,
    fields={
        "name": FieldSource(column="Name", required=True),
        "amount": FieldSource(column="Amount", type="decimal"),
        "date": FieldSource(column="Day", type="date", empty="clear"),
    },
)
PARTNER = Partner(key="crew", name="Crew", records={"any": KIND})
CELL = st.one_of(
    st.sampled_from(["", "A", "B", "1", "-2.5", "1,5", "2026-11-03", "31/12/2026", "x"]),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8),
)
ROWS = st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=12)


def parts(data: bytes) -> list[UnwrappedSet]:
    opened = RecordsTranslator().unwrap(data, "any.csv", PARTNER)
    return [part for one in opened.interchanges for group in one.groups for part in group.sets]


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    for part in parts(data):
        RecordsTranslator().read(part.payload, part.envelope, DocType.RECORDS, PARTNER)


@given(ROWS)
def test_every_row_is_accounted_for(rows: list[tuple[str, str, str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("Key", "Name", "Amount", "Day"), *rows])
    found = parts(text.getvalue().encode())
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if any(finding.fatal for part in found for finding in part.findings):
        assert not filled
        return
    batches = [RecordsTranslator().read_part(part.payload, part.envelope, PARTNER) for part in found]
    numbers = [n for b in batches for one in (*b.records, *b.refused) for n in one.rows]
    assert len(numbers) == len(set(numbers)) == len(filled) == sum(map(rows_of, batches))
    keys = [record.key for b in batches for record in b.records]
    assert len(keys) == len(set(keys))


def rows_of(batch: RecordBatch) -> int:
    return batch.row_count
