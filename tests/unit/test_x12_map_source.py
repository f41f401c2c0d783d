"""The Python that maps are compiled to: people can read it, no name stands for two things, a profile adds no code."""

from __future__ import annotations

import ast
import datetime as dt
from decimal import Decimal

import pytest

from hub.model import problems
from hub.model.documents import DocType, Invoice, PurchaseOrder
from hub.model.envelope import Envelope
from hub.model.errors import ConfigError
from hub.model.finding import Finding
from hub.model.partner import Partner, Receive
from translators.x12.mapping import SETS, check_override, read_document, source
from translators.x12.mapping.generate import reader_source
from translators.x12.mapping.read import SHARED
from translators.x12.mapping.spec import load_map
from translators.x12.mapping.values import Memo, read_decimal
from translators.x12.rules.check import check_set

PO = DocType.PURCHASE_ORDER
ENVELOPE = Envelope(format="x12", release="004010", set_id="850", set_control="0001")
HEAD = "ST*850*0001~BEG*00*SA*4711**20240115~"


def read(text: str, document: DocType = PO, **lines: str) -> tuple[object, tuple[Finding, ...]]:
    """Read a set with a profile's map lines (`__` for a dot)."""
    overrides = {path.replace("__", ".").replace("lines.", "lines[]."): at for path, at in lines.items()}
    acme = Partner(key="acme", name="ACME", receive={document: Receive(map=overrides)})
    return read_document(
        [s.split("*") for s in text.split("~") if s], document, ENVELOPE, acme if lines else None
    )


class TestSource:
    def test_a_line_of_an_order_is_one_function_that_says_what_it_does(self) -> None:
        functions = {
            node.name: ast.unparse(node)
            for node in ast.parse(source("850")).body
            if isinstance(node, ast.FunctionDef)
        }
        assert [*functions] == ["line_split", "line_charge", "line", "party", "charge", "document"]
        line = functions["line"]
        assert "if n > 3 and (not unit) and (v := e[3].strip()):\n        unit = v" in line
        assert "elif s == 'PID':" in line
        assert "at = line_charge(rows, at, book, (here, 'lines', into), charges)" in line
        assert "if not number:\n        number = str(len(into) + 1)" in line

    @pytest.mark.parametrize("set_id", list(SETS))
    def test_no_name_stands_for_two_things(self, set_id: str) -> None:
        made = reader_source(load_map(set_id))
        functions = [node for node in ast.parse(made.text).body if isinstance(node, ast.FunctionDef)]
        called = {function.name for function in functions} | {"len", "str", "tuple", "ValueError"}
        outside = SHARED.keys() | made.constants.keys()
        assert not SHARED.keys() & made.constants.keys()
        for function in functions:
            nodes = [*ast.walk(function)]
            names = {node.id for node in nodes if isinstance(node, ast.Name)}
            own = {
                node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
            own |= {node.name for node in nodes if isinstance(node, ast.ExceptHandler) and node.name}
            own |= {argument.arg for argument in function.args.args}
            assert not own & (outside | called)
            assert names <= own | outside | called

    def test_what_a_profile_says_is_text_and_never_code(self) -> None:
        name, code = "a b'\"{x}\n", "'*{v}\\"
        order, findings = read_document(
            [*[s.split("*") for s in HEAD.split("~") if s], ["REF", code.replace("*", ""), "42"]],
            PO,
            ENVELOPE,
            Partner(
                key="acme",
                name="ACME",
                receive={PO: Receive(map={f"refs.{name}": f"REF[{code.replace('*', '')}]/02"})},
            ),
        )
        assert isinstance(order, PurchaseOrder)
        assert (order.refs, findings) == ({name: "42"}, ())


class TestOneFinding:
    def test_a_wrong_line_count_is_left_to_the_check(self) -> None:
        text = f"{HEAD}PO1*1*10*EA*2.5**BP*B-1~CTT*3~SE*5*0001~"
        _, findings = read(text)
        assert findings == ()
        assert [f.problem for f in check_set(text.encode(), ENVELOPE)] == [problems.TOTAL_MISMATCH]

    def test_a_total_of_absurd_numbers_is_a_warning_and_no_crash(self) -> None:
        head = "ST*810*0001~BIG*20240101*1~"
        invoice, findings = read(f"{head}IT1*1*{'9' * 30}*EA*{'9' * 29}~TDS*100~", DocType.INVOICE)
        assert isinstance(invoice, Invoice)
        assert [f.problem for f in findings] == [problems.TOTAL_MISMATCH]


class TestProfiles:
    def test_a_number_behind_a_qualifier_is_a_number(self) -> None:
        text = f"{HEAD}PO1*1*10*EA***QT*7~PO1*2*10*EA***QT*x~"
        order, (finding,) = read(text, lines__our_quantity="PO1[QT]")
        assert isinstance(order, PurchaseOrder)
        assert [line.our_quantity for line in order.lines] == [Decimal(7), None]
        assert (finding.where.path, finding.where.element) == ("lines[1].our_quantity", 7)

    def test_a_list_may_be_named_with_its_brackets(self) -> None:
        check_override(PO, "notes[]", "NTE/02")
        order, findings = read(f"{HEAD}NTE*GEN*by the gate~PO1*1*10*EA~", **{"notes[]": "NTE/02"})
        assert isinstance(order, PurchaseOrder)
        assert (order.notes, findings) == (("by the gate",), ())

    @pytest.mark.parametrize(
        "path", ["lines[].splits[].date", "lines[].charges[].code", "parties.buyer.address"]
    )
    def test_a_field_that_no_line_can_reach_is_refused(self, path: str) -> None:
        with pytest.raises(ValueError, match="can't reach into"):
            check_override(PO, path, "SCH/06")
        acme = Partner(key="acme", name="ACME", receive={PO: Receive(map={path: "SCH/06"})})
        with pytest.raises(ConfigError, match="can't reach into"):
            read_document([], PO, ENVELOPE, acme)


class TestMemo:
    def test_reads_once_and_starts_anew_when_it_is_full(self) -> None:
        read_texts: list[str] = []

        def reader(text: str) -> Decimal:
            read_texts.append(text)
            return read_decimal(text)

        memo = Memo(reader)
        assert [memo["1.5"], memo["1.5"]] == [Decimal("1.5")] * 2
        assert read_texts == ["1.5"]
        most = 0
        for number in range(20_000):
            assert memo[str(number)] == number
            most = max(most, len(memo))
        assert most < 20_000

    def test_keeps_neither_long_nor_wrong_texts(self) -> None:
        memo = Memo(read_decimal)
        assert memo[" " * 1000 + "7"] == 7
        with pytest.raises(ValueError, match="not a number"):
            memo["SOON"]
        assert not memo


def test_dates_of_all_readers_are_days() -> None:
    order, _ = read(f"{HEAD}DTM*002* 20240120 ~DTM*010*20240230~")
    assert isinstance(order, PurchaseOrder)
    assert order.dates == {"delivery_requested": dt.date(2024, 1, 20)}
