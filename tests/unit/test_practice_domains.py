"""Search domains of the practice Odoo, compiled and run on a real table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.practice import Json2, running


@pytest.fixture(scope="module")
def odoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Json2]:
    with running(tmp_path_factory.mktemp("practice")) as client:
        client.ok(
            "res.partner",
            "create",
            vals_list=[
                {"name": "Ärlig AB", "ref": "DOM-1", "is_company": True, "city": "Åmål", "customer_rank": 3},
                {"name": "Best 100% Ltd", "ref": "DOM-2", "is_company": True, "customer_rank": 7},
                {"name": "Gone Inc", "ref": "DOM-3", "active": False},
                {"name": "No_city", "ref": "DOM-4", "city": "X"},
            ],
        )
        yield client


def refs(odoo: Json2, *domain: Any, **arguments: Any) -> list[str]:
    mine = [["ref", "=like", "DOM-%"], *domain]
    rows = odoo.ok("res.partner", "search_read", domain=mine, fields=["ref"], order="ref", **arguments)
    return [row["ref"] for row in rows]


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ([["city", "=", False]], ["DOM-2"]),
        ([["city", "!=", False]], ["DOM-1", "DOM-4"]),
        ([["city", "!=", "X"]], ["DOM-1", "DOM-2"]),
        ([["city", "in", ["X", False]]], ["DOM-2", "DOM-4"]),
        ([["city", "not in", ["X"]]], ["DOM-1", "DOM-2"]),
        ([["city", "not in", ["X", False]]], ["DOM-1"]),
        ([["city", "in", []]], []),
        ([["is_company", "=", False]], ["DOM-4"]),
        ([["is_company", "!=", True]], ["DOM-4"]),
        ([["customer_rank", ">", 3]], ["DOM-2"]),
        ([["customer_rank", "<=", 3]], ["DOM-1", "DOM-4"]),
        ([["customer_rank", "=", False]], ["DOM-4"]),
        ([["name", "ilike", "ÄRLIG"]], ["DOM-1"]),
        ([["name", "like", "ärlig"]], []),
        ([["name", "=ilike", "best 100% ltd"]], ["DOM-2"]),
        ([["name", "like", "_city"]], ["DOM-4"]),
        ([["name", "not ilike", "b"]], ["DOM-4"]),
        ([["city", "not ilike", "x"]], ["DOM-1", "DOM-2"]),
        (["|", ["ref", "=", "DOM-1"], ["ref", "=", "DOM-2"]], ["DOM-1", "DOM-2"]),
        (["!", ["ref", "=", "DOM-1"]], ["DOM-2", "DOM-4"]),
        (
            ["&", "!", ["ref", "=", "DOM-1"], "|", ["city", "=", "X"], ["city", "=", False]],
            ["DOM-2", "DOM-4"],
        ),
        (
            ["|", "|", ["ref", "=", "DOM-1"], ["ref", "=", "DOM-2"], ["ref", "=", "DOM-4"]],
            ["DOM-1", "DOM-2", "DOM-4"],
        ),
        ([[0, "=", 1]], []),
        ([[1, "=", 1]], ["DOM-1", "DOM-2", "DOM-4"]),
        ([["active", "in", [True, False]]], ["DOM-1", "DOM-2", "DOM-3", "DOM-4"]),
        ([["active", "=", False]], ["DOM-3"]),
    ],
)
def test_operators(odoo: Json2, domain: list[Any], expected: list[str]) -> None:
    assert refs(odoo, *domain) == expected


def test_archived_records_are_found_when_asked_for_by_context(odoo: Json2) -> None:
    assert "DOM-3" in refs(odoo, context={"active_test": False})


def test_paths_names_and_trees(odoo: Json2) -> None:
    acme = odoo.find("res.partner", ref="ACME")
    found = odoo.ok("res.partner", "search", domain=[["parent_id.ref", "=", "ACME"]])
    assert len(found) == 2
    assert odoo.ok(
        "res.partner", "search", domain=[["parent_id", "=", "ACME Retail Inc."]], order="id"
    ) == sorted(found)
    tree = odoo.ok("res.partner", "search", domain=[["id", "child_of", acme]], order="id")
    assert tree == sorted([acme, *found])
    assert odoo.ok("res.partner", "search", domain=[["parent_id", "child_of", [acme]]], order="id") == sorted(
        found
    )
    by_child = [["child_ids.ref", "in", ["ACME-DC01"]]]
    assert odoo.ok("res.partner", "search", domain=by_child) == [acme]
    assert acme in odoo.ok("res.partner", "search", domain=[["child_ids", "!=", False]])
    assert acme not in odoo.ok("res.partner", "search", domain=[["child_ids", "=", False]])
    some = [["child_ids", "any", [["type", "=", "delivery"]]], ["ref", "=", "ACME"]]
    assert odoo.ok("res.partner", "search", domain=some) == [acme]


def test_inherited_and_related_fields_can_be_searched(odoo: Json2) -> None:
    domain = [
        ["name", "=", "Desk lamp"],
        ["lst_price", "<", 10],
        ["product_tmpl_id.default_code", "=", "HUB-1001"],
    ]
    assert odoo.ok("product.product", "search_count", domain=domain) == 1


def test_ten_thousand_values_are_no_trouble(odoo: Json2) -> None:
    assert refs(odoo, ["ref", "in", ["DOM-1", *map(str, range(10_000))]]) == ["DOM-1"]


def test_order_offset_and_limit(odoo: Json2) -> None:
    mine = [["ref", "=like", "DOM-%"]]
    rows = odoo.ok("res.partner", "search_read", domain=mine, fields=["ref"], order="city desc, ref", limit=2)
    assert [row["ref"] for row in rows] == ["DOM-2", "DOM-1"], "what is not set comes first when descending"
    assert refs(odoo, offset=1, limit=1) == ["DOM-2"]


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("junk", "builtins.TypeError"),
        ([["nofield", "=", 1]], "builtins.ValueError"),
        ([["id", "~~", 1]], "builtins.ValueError"),
        (["&", ["id", "=", 1]], "builtins.ValueError"),
        ([["id", "="]], "builtins.ValueError"),
        ([["name); DROP TABLE res_partner; --", "=", 1]], "builtins.ValueError"),
        ([["write_date", ">=", "junk"]], "builtins.ValueError"),
        ([["write_date", ">=", "2026-11-22T15:00:00Z"]], "builtins.ValueError"),
        ([["name", "=", {"a": 1}]], "builtins.ValueError"),
        (["!"] * 3000, "builtins.ValueError"),
    ],
)
def test_what_is_no_domain_is_a_500_that_names_it(odoo: Json2, domain: Any, name: str) -> None:
    status, found, _ = odoo.refused("res.partner", "search", domain=domain)
    assert (status, found) == (500, name)


def test_deep_nesting_is_refused_and_not_fatal(odoo: Json2) -> None:
    deep = ["!"] * 3000 + [["id", "=", 1]]
    assert odoo.post("res.partner", "search", domain=deep).status_code == 500
    assert refs(odoo, ["ref", "=", "DOM-1"]) == ["DOM-1"]


def test_order_takes_fields_only(odoo: Json2) -> None:
    assert odoo.refused("res.partner", "search", domain=[], order="bogus")[0:2] == (
        500,
        "builtins.ValueError",
    )
    assert odoo.refused("res.partner", "search", domain=[], order="id; drop")[0] == 422
