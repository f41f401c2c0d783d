"""What records of any model must do in every Odoo: once by key, only what differs, never on what is finished."""

from __future__ import annotations

from hub.erp.port import ErpGateway
from hub.erp.port.records import Upsert
from hub.model import problems
from hub.model.documents import Record
from hub.model.exchange import ErpRecord
from hub.model.record_types import FieldSource, RecordType
from hub.stages.recording.carrying import carry_out
from hub.stages.recording.plan import Plan, Planned
from hub.stages.recording.planning import make_plan
from tests.support.erp_world import World
from tests.support.records import SLIPS, VENDORS, batch, changed, record

Erp = tuple[ErpGateway, World]

SLIPS_TYPE = FieldSource(column="Type", look_up="stock.picking.type", by="sequence_code")


def plan(erp: ErpGateway, kind: RecordType, *records: Record, released: bool = False) -> Plan:
    return make_plan(batch("vendors", *records), kind, erp.records, released=released)


def done(erp: ErpGateway, kind: RecordType, *records: Record, released: bool = False) -> tuple[Planned, ...]:
    """Plan records and carry the plan out."""
    return carry_out(plan(erp, kind, *records, released=released), kind, erp.records, lambda _name: None)


def vendor(ref: str, **values: str) -> Record:
    return record("vendors", ref, {"ref": ref, "name": f"Vendor {ref}", **values})


class Recording:
    """Records by key."""

    def test_a_record_is_made_then_left_then_changed(self, erp: Erp) -> None:
        gateway, world = erp
        ref = f"V1-{world.tag}"
        (made,) = done(gateway, VENDORS, vendor(ref, city="Oslo", country_id="NO"))
        (again,) = done(gateway, VENDORS, vendor(ref, city="Oslo", country_id="NO"))
        (moved,) = done(gateway, VENDORS, vendor(ref, city="Bergen", country_id="NO"))
        assert [made.action, again.action, moved.action] == ["create", "nothing", "change"]
        assert made.id == again.id == moved.id
        assert [(d.field, d.old, d.new) for d in moved.differences] == [("city", "Oslo", "Bergen")]
        row = world.session.one("res.partner", made.id or 0, ["city", "country_id"])
        assert (row["city"], row["country_id"][1]) == ("Bergen", "Norway")

    def test_a_plan_writes_nothing(self, erp: Erp) -> None:
        gateway, world = erp
        ref = f"V2-{world.tag}"
        assert [p.action for p in plan(gateway, VENDORS, vendor(ref)).planned] == ["create"]
        assert not world.session.search_read("res.partner", [["ref", "=", ref]], ["id"])

    def test_a_record_that_people_made_is_found_by_its_own_fields(self, erp: Erp) -> None:
        gateway, world = erp
        ref = f"V3-{world.tag}"
        (theirs,) = world.session.create("res.partner", [{"name": "By hand", "ref": ref}])
        (one,) = done(gateway, VENDORS, vendor(ref))
        assert (one.action, one.id) == ("change", theirs)
        assert [(d.field, d.old, d.new) for d in one.differences] == [("name", "By hand", f"Vendor {ref}")]

    def test_two_records_with_that_field_are_nobodys(self, erp: Erp) -> None:
        gateway, world = erp
        ref = f"V4-{world.tag}"
        world.session.create("res.partner", [{"name": "One", "ref": ref}, {"name": "Two", "ref": ref}])
        (one,) = done(gateway, VENDORS, vendor(ref))
        assert one.action == "refused"
        assert "2 records of res.partner have ref" in one.findings[0].message

    def test_what_odoo_owns_is_reported_and_not_written(self, erp: Erp) -> None:
        gateway, world = erp
        ref = f"V5-{world.tag}"
        (theirs,) = world.session.create(
            "res.partner", [{"name": f"Vendor {ref}", "ref": ref, "phone": "+4711"}]
        )
        (one,) = done(gateway, VENDORS, vendor(ref, phone="+4722"))
        assert [(one.action, f.problem) for f in one.findings] == [("nothing", problems.NOT_THEIRS)]
        assert world.session.one("res.partner", theirs, ["phone"])["phone"] == "+4711"

    def test_a_change_under_review_waits_and_its_value_is_in_no_finding(self, erp: Erp) -> None:
        gateway, world = erp
        ref = f"V6-{world.tag}"
        (made,) = done(gateway, VENDORS, vendor(ref, email="old@example.com"))
        changed_mail = vendor(ref, email="new@example.com", city="Oslo")
        (held,) = done(gateway, VENDORS, changed_mail)
        assert (held.action, "example.com" in str(held.findings)) == ("refused", False)
        (written,) = done(gateway, VENDORS, changed_mail, released=True)
        assert written.action == "change"
        assert world.session.one("res.partner", made.id or 0, ["email"])["email"] == "new@example.com"

    def test_one_bad_record_takes_no_other_with_it(self, erp: Erp) -> None:
        gateway, world = erp
        refs = [f"V7{n}-{world.tag}" for n in range(6)]
        records = [vendor(ref) for ref in refs]
        records[1] = vendor(refs[1], country_id="XX")
        records[4] = record("vendors", refs[4], {"ref": refs[4], "name": ""})  # Odoo wants a name
        found = done(gateway, VENDORS, *records)
        assert [one.action for one in found] == ["create", "refused", "create", "create", "refused", "create"]
        assert "no res.country has code 'XX'" in found[1].findings[0].message
        assert len(world.session.search_read("res.partner", [["ref", "in", refs]], ["id"])) == 4

    def test_a_policy_that_only_makes_or_only_changes(self, erp: Erp) -> None:
        gateway, world = erp
        ref = f"V8-{world.tag}"
        only_change, only_make = changed(VENDORS, policy="update"), changed(VENDORS, policy="create")
        assert [p.action for p in done(gateway, only_change, vendor(ref))] == ["refused"]
        assert [p.action for p in done(gateway, only_make, vendor(ref))] == ["create"]
        assert [p.action for p in done(gateway, only_make, vendor(ref))] == ["nothing"]
        assert [p.action for p in done(gateway, only_make, vendor(ref, city="Oslo"))] == ["refused"]

    def test_lines_are_made_and_changed_and_left(self, erp: Erp) -> None:
        gateway, world = erp
        slip, lines = f"S1-{world.tag}", [("1", world.widget, "2"), ("2", world.gadget, "3")]
        assert [p.action for p in self._slips(gateway, slip, lines)] == ["create"]
        assert [p.action for p in self._slips(gateway, slip, lines)] == ["nothing"]
        more = [("1", world.widget, "5"), *lines[1:], ("3", world.gadget, "1")]
        (third,) = self._slips(gateway, slip, more)
        told = [(d.field, d.old, d.new) for d in third.differences]
        assert told[0] == ("move_ids[1].product_uom_qty", "2", "5")
        assert {field for field, _, _ in told[1:]} == {
            "move_ids[3].product_id",
            "move_ids[3].product_uom_qty",
        }
        moves = world.session.search_read(
            "stock.move", [["picking_id", "=", third.id]], ["product_uom_qty", "state"]
        )
        assert sorted(m["product_uom_qty"] for m in moves) == [1.0, 3.0, 5.0]
        assert world.session.one("stock.picking", third.id or 0, ["state"])["state"] == "draft"

    def test_nothing_is_written_on_what_is_finished(self, erp: Erp) -> None:
        gateway, world = erp
        slip = f"S2-{world.tag}"
        (made,) = self._slips(gateway, slip, [("1", world.widget, "2")])
        world.session.call("stock.picking", "action_cancel", [made.id or 0])
        assert [p.action for p in self._slips(gateway, slip, [("1", world.widget, "2")])] == ["nothing"]
        (late,) = self._slips(gateway, slip, [("1", world.widget, "9")])
        assert (late.action, "it is cancel in Odoo" in late.findings[0].message) == ("refused", True)

    @staticmethod
    def _slips(gateway: ErpGateway, slip: str, lines: list[tuple[str, str, str]]) -> tuple[Planned, ...]:
        values = {"origin": slip, "picking_type_id": "OUT", "scheduled_date": "2026-11-03 08:00:00"}
        kind = changed(
            SLIPS,
            fields={**SLIPS.fields, "picking_type_id": SLIPS_TYPE},
        )
        one = record(
            "slips", slip, values, move_ids=[{"product_id": p, "product_uom_qty": q} for _, p, q in lines]
        )
        return done(gateway, kind, one)

    def test_an_archived_record_is_neither_written_nor_made_again(self, erp: Erp) -> None:
        gateway, world = erp
        for ordinal, by_hand in enumerate((False, True)):
            ref = f"V13{ordinal}-{world.tag}"
            if by_hand:
                world.session.create("res.partner", [{"name": f"Vendor {ref}", "ref": ref, "active": False}])
            else:
                (made,) = done(gateway, VENDORS, vendor(ref))
                world.session.write("res.partner", [made.id or 0], {"active": False})
            assert [p.action for p in done(gateway, VENDORS, vendor(ref))] == ["nothing"]
            (late,) = done(gateway, VENDORS, vendor(ref, city="Oslo"))
            assert (late.action, "it is archived in Odoo" in late.findings[0].message) == ("refused", True)

    def test_a_record_type_that_does_not_fit_this_odoo_says_all_that_is_wrong(self, erp: Erp) -> None:
        gateway, _ = erp
        kind = changed(
            VENDORS, fields={**VENDORS.fields, "nmae": "X", "child_ids": "Y", "country_id": "Land"}
        )
        faults = plan(gateway, kind, vendor("V9")).faults
        assert {f.where.path for f in faults} == {"nmae", "child_ids", "country_id"}
        missing = plan(gateway, changed(VENDORS, model="no.such.model"), vendor("V9")).faults
        assert "has no model no.such.model" in missing[0].message

    def test_a_file_is_kept_on_a_record_once(self, erp: Erp) -> None:
        gateway, world = erp
        (made,) = done(gateway, VENDORS, vendor(f"V10-{world.tag}"))
        place = ErpRecord("res.partner", made.id or 0)
        for _ in range(2):
            gateway.records.attach(place, f"att-{world.tag}", "iso.pdf", b"%PDF", "expires 2027-01-31")
        domain = [["res_model", "=", "res.partner"], ["res_id", "=", made.id]]
        (kept,) = world.session.search_read("ir.attachment", domain, ["name", "description"])
        assert (kept["name"], kept["description"]) == ("iso.pdf", "expires 2027-01-31")

    def test_records_are_read_in_pages_along_paths(self, erp: Erp) -> None:
        gateway, world = erp
        paths = ["ref", "parent_id.ref", "country_id.code"]
        domain = [["ref", "in", [world.store_ref, world.customer_ref]]]
        pages = list(gateway.records.pages("res.partner", domain, paths, "id", page_size=1))
        found = {str(row["ref"]): row["parent_id.ref"] for page in pages for row in page}
        assert len(pages) == 2
        assert found == {world.customer_ref: None, world.store_ref: world.customer_ref}

    def test_keys_are_found_one_by_one_where_the_user_may_not_read_them_all(self, erp: Erp) -> None:
        gateway, world = erp
        ref = f"V11-{world.tag}"
        (made,) = done(gateway, VENDORS, vendor(ref))
        key = vendor(ref).key
        gateway.records._may_read_ids = False  # type: ignore[attr-defined]  # a service user has no such right
        assert gateway.records.known("res.partner", [key, "nobody"]) == {key: made.id}
        gateway.records._may_read_ids = None

    def test_lines_that_fill_other_columns_do_not_empty_each_other(self, erp: Erp) -> None:
        gateway, world = erp
        (made,) = done(gateway, VENDORS, vendor(f"V12-{world.tag}", city="Oslo"))
        upserts = [
            Upsert(key="", id=made.id, values={"city": "Bergen"}),
            Upsert(key="", id=made.id, values={"street": "Main"}),
        ]
        assert [a.id for a in gateway.records.apply("res.partner", upserts)] == [made.id, made.id]
        row = world.session.one("res.partner", made.id or 0, ["city", "street"])
        assert (row["city"], row["street"]) == ("Bergen", "Main")
