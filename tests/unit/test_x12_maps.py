"""The X12 maps: the path language, a profile's lines, what is found wrong, and what cannot be written."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from hub.model import problems
from hub.model.documents import (
    AckLine,
    Charge,
    DocType,
    Invoice,
    InvoiceLine,
    LineStatus,
    OrderAcknowledgment,
    OrderLine,
    Package,
    Party,
    PurchaseOrder,
    ShipNotice,
    ShippedItem,
    ShippedOrder,
)
from hub.model.envelope import Delimiters, Envelope
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Severity
from hub.model.partner import Partner, Receive, Send
from translators.errors import Unwritable
from translators.x12.mapping import (
    SETS,
    check_override,
    is_known_path,
    known_paths,
    parse_place,
    read_document,
    write_document,
)
from translators.x12.mapping.spec import load_map
from translators.x12.translator import X12Translator

PO = DocType.PURCHASE_ORDER
ENVELOPE = Envelope(format="x12", release="004010")
HEAD = "ST*850*1~BEG*00*SA*4711**20240115~"
LINE = "PO1*1*10*EA*2.5**BP*B-1*CB*RED~"

LINE_OF_OURS = OrderLine(number="1", quantity=Decimal(10), unit="EA", ids={"buyer_part": "B-1"})
ORDER = PurchaseOrder(number="4711", date=dt.date(2024, 1, 15), lines=(LINE_OF_OURS,), line_count=1)


def split(text: str) -> list[list[str]]:
    return [segment.split("*") for segment in text.replace("\n", "").split("~") if segment]


def joined(segments: list[list[str]]) -> list[str]:
    return ["*".join(segment) for segment in segments]


def read_order(text: str, partner: Partner | None = None) -> tuple[PurchaseOrder, tuple[Finding, ...]]:
    document, findings = read_document(split(text), PO, ENVELOPE, partner)
    assert isinstance(document, PurchaseOrder), findings
    return document, findings


def partner(**lines: str) -> Partner:
    """Return a partner whose profile has these lines (`__` for a dot) in both directions."""
    overrides = {
        path.replace("__", ".").replace("lines.", "lines[]."): place for path, place in lines.items()
    }
    return Partner(
        key="acme", name="ACME", receive={PO: Receive(map=overrides)}, send={PO: Send(map=overrides)}
    )


class TestPlaces:
    @pytest.mark.parametrize(
        "text",
        [
            "BEG/03",
            "REF[DP]/02",
            "N1[BT|BY]/04",
            "CUR[*]/02",
            "TD5[02=2]/03",
            "N3/01..02",
            "REF/04-2",
            "PO1[BO]",
        ],
    )
    def test_are_written_as_they_are_read(self, text: str) -> None:
        assert str(parse_place(text)) == text

    @pytest.mark.parametrize(
        "text",
        ["", "beg/03", "BEG", "BEG/0", "REF[]/02", "REF[DP]", "PO1", "N3/02..01", "BEG/03/04", "B E G/1"],
    )
    def test_that_cannot_be_are_refused_with_the_text(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"place|element|range|qualifier") as caught:
            parse_place(text)
        assert repr(text) in str(caught.value)


class TestPaths:
    @pytest.mark.parametrize("set_id", list(SETS))
    def test_every_line_of_a_map_is_a_field_of_its_document(self, set_id: str) -> None:
        document = SETS[set_id]
        known = known_paths(document)
        for section in load_map(set_id).sections.values():
            if section.path is None:
                continue
            for rule in section.rules:
                path = section.path + rule.path
                assert path in known or is_known_path(document, path), path

    def test_know_fields_and_entries_of_dictionaries(self) -> None:
        assert {"number", "refs.*", "parties.*.name", "lines[].splits[].date"} <= known_paths(PO)
        assert is_known_path(PO, "lines[].ids.color")
        assert is_known_path(PO, "parties.ship_to.phone")
        assert not is_known_path(PO, "lines[].colour")
        assert not is_known_path(PO, "terms")


class TestProfiles:
    def test_a_field_can_stand_somewhere_else(self) -> None:
        acme = partner(refs__department="REF[19]/02")
        order, _ = read_order(f"{HEAD}REF*19*012~REF*DP*old~{LINE}", acme)
        assert order.refs == {"department": "012", "dp": "old"}
        written = write_document(replace(ORDER, refs={"department": "012"}), ENVELOPE, acme)
        assert "REF*19*012" in joined(written)

    def test_a_line_can_have_a_number_of_its_own(self) -> None:
        acme = partner(lines__ids__color="PO1[CB]")
        order, _ = read_order(HEAD + LINE, acme)
        assert order.lines[0].ids == {"buyer_part": "B-1", "color": "RED"}
        assert LINE.removesuffix("~") in joined(write_document(order, ENVELOPE, acme))

    def test_an_item_number_can_come_without_a_qualifier(self) -> None:
        order, _ = read_order(f"{HEAD}PO1*1*10*EA***ZZ*V-9~", partner(lines__ids__vendor_part="PO1/07"))
        assert order.lines[0].ids["vendor_part"] == "V-9"

    def test_a_new_segment_gets_into_the_loop(self) -> None:
        acme = partner(lines__refs__color="TMD[CL]/03")
        order, findings = read_order(f"{HEAD}{LINE}TMD*CL**RED~PID*F****Hose~", acme)
        assert (order.lines[0].refs, order.lines[0].description, findings) == ({"color": "RED"}, "Hose", ())

    def test_an_element_of_a_loop_can_fill_the_head(self) -> None:
        acme = partner(refs__store="N1[ST]/04")
        text = f"{HEAD}N1*BY*ACME*92*1~N1*ST*STORE*92*42~{LINE}"
        order, _ = read_order(text, acme)
        assert order.refs == {"store": "42"}
        changed = replace(order, refs={"store": "43"})
        assert "N1*ST*STORE*92*43" in joined(write_document(changed, ENVELOPE, acme))

    def test_an_element_of_the_head_can_fill_a_party(self) -> None:
        acme = partner(parties__buyer__contact="PER[BD]/02")
        order, findings = read_order(f"{HEAD}PER*BD*DESK 4~N1*BY*ACME*92*1~N1*BY*OTHER*92*2~{LINE}", acme)
        assert order.parties == {"buyer": Party(name="ACME", id="1", id_kind="92", contact="DESK 4")}
        assert [str(f.where) for f in findings] == ["segment 5 N1 parties.buyer"]

    def test_a_part_of_a_composite(self) -> None:
        acme = partner(refs__site="REF[ZZ]/04-2")
        order, _ = read_order(f"{HEAD}REF*ZZ*x**PO>S7~{LINE}", acme)
        assert order.refs["site"] == "S7"
        written = write_document(replace(ORDER, refs={"site": "S7"}), ENVELOPE, acme)
        assert "REF*ZZ***>S7" in joined(written)
        colon = replace(ENVELOPE, delimiters=Delimiters(component=":"))
        assert "REF*ZZ***:S7" in joined(write_document(replace(ORDER, refs={"site": "S7"}), colon, acme))
        torn = replace(ORDER, refs={"site": "S>7"})
        with pytest.raises(Unwritable, match="holds '>', which divides the components of REF04"):
            write_document(torn, ENVELOPE, acme)
        assert "REF*ZZ***:S>7" in joined(write_document(torn, colon, acme))

    @pytest.mark.parametrize(
        ("path", "place", "why"),
        [
            ("refs.department", "REF(DP)/02", "is no place"),
            ("refs.department", "REF[*]/02", "say which one"),
            ("lines[].colour", "PO1/09", "has no field"),
            ("terms", "ITD/01", "group of fields"),
        ],
    )
    def test_a_line_that_cannot_be_used_names_its_key(self, path: str, place: str, why: str) -> None:
        acme = Partner(key="acme", name="ACME", receive={PO: Receive(map={path: place})})
        with pytest.raises(ConfigError, match=why) as caught:
            read_document(split(HEAD), PO, ENVELOPE, acme)
        assert f'acme.toml: receive.purchase_order.map."{path}"' in str(caught.value)
        with pytest.raises(ValueError, match=why):
            check_override(PO, path, place)

    def test_a_whole_map_of_their_own_is_refused_and_not_ignored(self) -> None:
        acme = Partner(key="acme", name="ACME", receive={PO: Receive(map_file="acme/850.toml")})
        with pytest.raises(ConfigError, match=r"acme\.toml: receive\.purchase_order\.map_file"):
            read_document(split(HEAD), PO, ENVELOPE, acme)


class TestReading:
    def test_says_where_a_bad_value_stands(self) -> None:
        document, (finding,) = read_document(
            split(f"{HEAD}{LINE}PO1*2*1O*EA~CTT*2~SE*5*1~"), PO, ENVELOPE, None
        )
        assert document is None
        assert finding.problem == problems.FIELD_INVALID
        where = finding.where
        assert (where.segment_number, where.segment, where.element, where.path) == (
            4,
            "PO1",
            2,
            "lines[1].quantity",
        )
        assert finding.value == "1O"

    @pytest.mark.parametrize(
        "value", ["1E99", "E9", "1E", "1E+9", "1_000", "١٢", "1,5", "--1", "9" * 31, "NaN", "+1", "."]
    )
    def test_takes_no_number_that_x12_has_not(self, value: str) -> None:
        _, findings = read_document(split(f"{HEAD}PO1*1*{value}*EA~"), PO, ENVELOPE, None)
        assert [f.problem for f in findings] == [problems.FIELD_INVALID]

    @pytest.mark.parametrize(
        ("value", "day"), [("240115", dt.date(2024, 1, 15)), ("970115", dt.date(1997, 1, 15))]
    )
    def test_takes_old_dates(self, value: str, day: dt.date) -> None:
        order, _ = read_order(f"ST*850*1~BEG*00*SA*1**{value}~{LINE}")
        assert order.date == day

    def test_a_bad_optional_value_leaves_the_rest(self) -> None:
        order, (finding,) = read_order(f"{HEAD}DTM*002*SOON~DTM*010*20240201~{LINE}")
        assert order.dates == {"ship_requested": dt.date(2024, 2, 1)}
        assert finding.severity is Severity.ERROR

    def test_notes_what_has_no_second_place(self) -> None:
        text = f"{HEAD}REF*DP*1~REF*DP*2~REF*DP*3~N1*VN*A~N1*SE*B~{LINE}"
        order, findings = read_order(text)
        assert (order.refs, order.parties["seller"].name) == ({"department": "1", "dp": "2"}, "A")
        assert [(f.problem, f.severity) for f in findings] == [(problems.FIELD_UNMAPPED, Severity.NOTE)] * 2

    def test_gives_a_line_without_number_its_ordinal(self) -> None:
        order, _ = read_order(f"{HEAD}PO1**1*EA~PO1**2*EA~")
        assert [line.number for line in order.lines] == ["1", "2"]

    def test_passes_over_what_nobody_knows(self) -> None:
        order, findings = read_order(f"{HEAD}{LINE}QQ*1~PID*F****Hose~CTT*1~")
        assert (order.lines[0].description, findings) == ("Hose", ())

    def test_takes_the_buyers_price_from_ctp(self) -> None:
        order, _ = read_order(f"{HEAD}PO1*1*1*EA~CTP**RES*9.99~CTP**UCP*4.5~")
        assert order.lines[0].price == Decimal("4.5")

    def test_a_bad_quantity_of_a_store_gives_no_order(self) -> None:
        document, findings = read_document(split(f"{HEAD}{LINE}SDQ*EA*92*0042*x~"), PO, ENVELOPE, None)
        assert document is None
        assert findings[0].where.element == 4


class TestHierarchy:
    def read(self, *levels: str) -> tuple[ShipNotice | None, tuple[Finding, ...]]:
        text = "ST*856*1~BSN*00*S-1*20240131*1545~" + "".join(levels)
        document, findings = read_document(split(text), DocType.SHIP_NOTICE, ENVELOPE, None)
        assert document is None or isinstance(document, ShipNotice)
        return document, findings

    def test_a_wrong_parent_is_mended_by_the_order_of_levels(self) -> None:
        notice, findings = self.read("HL*1**S~", "HL*2*9*O~PRF*P1~", "HL*3*2*I~LIN**BP*B~SN1**5*EA~")
        assert notice is not None
        assert notice.orders[0].items[0].quantity == 5
        assert [(f.problem, f.severity) for f in findings] == [(problems.FIELD_INVALID, Severity.WARNING)]

    def test_a_package_above_the_orders(self) -> None:
        item = "LIN**BP*B~SN1**5*EA~"
        notice, _ = self.read(
            "HL*1**S~",
            "HL*2*1*P~MAN*GM*0001~",
            "HL*3*2*O~PRF*P1~",
            f"HL*4*3*I~{item}",
            "HL*5*2*O~PRF*P2~",
            f"HL*6*5*I~{item}",
        )
        assert notice is not None
        assert [order.order_number for order in notice.orders] == ["P1", "P2"]
        assert [order.packages[0].sscc for order in notice.orders] == ["0001", "0001"]

    def test_levels_that_point_at_each_other_end(self) -> None:
        notice, findings = self.read("HL*1*2*O~PRF*P1~", "HL*2*1*I~SN1**5*EA~", "HL*2*2*I~SN1**5*EA~")
        assert notice is not None
        assert [order.order_number for order in notice.orders] == ["P1"]
        assert findings

    def test_a_hostile_tree_takes_no_longer_than_a_good_one(self) -> None:
        """Deep chains, dangling parents and thousands of lots are read in one pass each."""
        chain = [f"HL*{n}*{n - 1}*P~" for n in range(3, 4003)]
        dangling = [f"HL*{n}*x*I~LIN*1*BP*B~SN1**1*EA~REF*LT*L{n}~" for n in range(5000, 9000)]
        notice, findings = self.read("HL*1**S~", "HL*2*1*O~PRF*P1~", *chain, *dangling)
        assert notice is not None
        (item,) = notice.orders[0].packages[-1].items
        assert (item.quantity, len(item.lots), len(findings)) == (4000, 4000, 4000)

    def test_unknown_levels_are_passed_over(self) -> None:
        notice, _ = self.read("HL*1**S~", "HL*2*1*O~PRF*P1~", "HL*3*2*Q~PRF*XX~", "HL*4*3*I~SN1**5*EA~")
        assert notice is not None
        assert (notice.orders[0].order_number, len(notice.orders[0].items)) == ("P1", 1)


class TestWriting:
    def refused(self, document: PurchaseOrder | ShipNotice | Invoice | OrderAcknowledgment) -> list[str]:
        with pytest.raises(Unwritable) as caught:
            write_document(document, ENVELOPE, None)
        return [f.where.path for f in caught.value.findings]

    def test_names_all_that_is_missing(self) -> None:
        assert self.refused(
            replace(ORDER, number="", date=None, lines=(replace(LINE_OF_OURS, unit=""),))
        ) == [
            "number",
            "date",
            "lines[0].unit",
        ]

    def test_refuses_what_x12_cannot_carry(self) -> None:
        line = InvoiceLine(number="1", quantity=Decimal("NaN"), unit="EA", price=Decimal(1))
        charge = Charge(kind="charge", code="D240", amount=Decimal("0.005"))
        invoice = Invoice(
            number="1", date=dt.date(2024, 1, 1), lines=(line,), charges=(charge,), total=Decimal(1)
        )
        assert self.refused(invoice) == ["lines[0].quantity", "charges[0].amount"]

    def test_refuses_a_word_without_a_code(self) -> None:
        assert self.refused(replace(ORDER, kind="subscription")) == ["kind"]

    def test_refuses_a_party_without_name_and_id(self) -> None:
        assert self.refused(replace(ORDER, parties={"ship_to": Party(city="HULL")})) == [
            "parties.ship_to.name"
        ]

    def test_leaves_names_of_other_formats_out(self) -> None:
        order = replace(ORDER, refs={"sales_channel": "web"}, parties={"logistics_partner": Party(name="X")})
        assert not {"REF", "N1"} & {segment[0] for segment in write_document(order, ENVELOPE, None)}

    def test_breaks_a_long_note(self) -> None:
        order = replace(ORDER, notes=("a" * 300, "one\ntwo"))
        texts = [segment[1] for segment in write_document(order, ENVELOPE, None) if segment[0] == "MSG"]
        assert [len(text) for text in texts] == [264, 36, 3, 3]

    def test_amounts_are_in_cents(self) -> None:
        line = InvoiceLine(number="1", quantity=Decimal(1), unit="EA", price=Decimal("125.00"))
        invoice = Invoice(number="1", date=dt.date(2024, 1, 1), lines=(line,), total=Decimal("125.00"))
        assert "TDS*12500" in joined(write_document(invoice, ENVELOPE, None))

    def test_an_acknowledged_quantity_has_a_unit_and_a_price_its_place(self) -> None:
        status = LineStatus(code="price_changed", quantity=Decimal(2), price=Decimal("1.25"))
        line = AckLine(number="1", quantity=Decimal(2), unit="CA", price=Decimal(1), statuses=(status,))
        ack = OrderAcknowledgment(
            number="S1", order_number="P1", order_date=dt.date(2024, 1, 1), lines=(line,)
        )
        written = joined(write_document(ack, ENVELOPE, None))
        assert {"PO1*1*2*CA*1.25", "ACK*IP*2*CA"} <= set(written)

    def test_the_profile_chooses_the_structure_of_a_ship_notice(self) -> None:
        item = ShippedItem(line_number="1", ids={"buyer_part": "B"}, quantity=Decimal(5), unit="EA")
        shipped = ShippedOrder(order_number="P1", packages=(Package(sscc="0001", items=(item,)),))
        notice = ShipNotice(number="S1", date=dt.date(2024, 1, 1), time=dt.time(10), orders=(shipped,))
        loose = Partner(key="acme", name="ACME", send={DocType.SHIP_NOTICE: Send(structure="SOI")})
        packed, plain = (write_document(notice, ENVELOPE, who) for who in (None, loose))
        assert [s[3] for s in packed if s[0] == "HL"] == ["S", "O", "P", "I"]
        assert [s[3] for s in plain if s[0] == "HL"] == ["S", "O", "I"]
        assert (packed[0][5], plain[0][5], packed[-1], plain[-1]) == (
            "0001",
            "0004",
            ["CTT", "4"],
            ["CTT", "3"],
        )


CORPUS = Path(os.environ.get("HUB_CORPUS", Path(__file__).parents[3] / "shared" / "corpus")) / "x12"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real files is not on this machine")
def test_real_files_are_read_and_written_again() -> None:
    """Every set of the corpus that has a map: nothing raises, what reads is written and read back."""
    reader = X12Translator()
    read = 0
    for file in sorted(path for path in CORPUS.rglob("*") if path.is_file()):
        for interchange in reader.unwrap(file.read_bytes(), file.name, None).interchanges:
            for one in (s for group in interchange.groups for s in group.sets if s.envelope.set_id in SETS):
                document, findings = reader.read(one.payload, one.envelope, one.document, None)
                assert document is not None or any(f.fatal for f in findings)
                if document is None or document.date is None:
                    continue
                body = write_document(document, one.envelope, None)
                again, _ = read_document([["ST"], *body, ["SE"]], one.document, one.envelope, None)
                assert again is not None
                assert again.number == document.number
                read += 1
    assert read > 100
