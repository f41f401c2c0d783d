"""Laws of the practice Odoo: a domain and its negation part the records; `load` is all or nothing on any text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.erp.practice.errors import OdooError
from hub.erp.practice.seeding import seed_base, seed_file
from hub.erp.practice.service import Database

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = st.sampled_from(["ACME", "acme", "%", "_", "", "Springfield", "Å", "*[", "HUB-1001", False])
LEAVES = st.one_of(
    st.tuples(
        st.sampled_from(
            [
                "name",
                "ref",
                "city",
                "parent_id.ref",
                "child_ids.name",
                "country_id",
                "parent_id",
                "display_name",
            ]
        ),
        st.sampled_from(["=", "!=", "like", "ilike", "not like", "not ilike", "=ilike"]),
        WORDS,
    ),
    st.tuples(
        st.sampled_from(["name", "ref", "parent_id", "child_ids", "country_id.code"]),
        st.sampled_from(["in", "not in"]),
        st.lists(WORDS, max_size=3),
    ),
    st.tuples(
        st.sampled_from(["id", "customer_rank", "parent_id.id"]),
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        st.integers(-2, 12),
    ),
    st.tuples(st.sampled_from(["is_company", "active"]), st.sampled_from(["=", "!="]), st.booleans()),
)
DOMAINS = st.recursive(
    LEAVES.map(lambda leaf: [list(leaf)]),
    lambda inner: st.one_of(
        inner.map(lambda one: ["!", *one]),
        st.tuples(st.sampled_from("&|"), inner, inner).map(lambda two: [two[0], *two[1], *two[2]]),
    ),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = Database(
        tmp_path_factory.mktemp("practice") / "p.sqlite", lambda: datetime(2026, 11, 22, tzinfo=UTC)
    )
    seed_base(made)
    seed_file(made, None)
    yield made
    made.close()


@FEW
@given(domain=DOMAINS)
def test_a_domain_and_its_negation_part_the_records(database: Database, domain: list[Any]) -> None:
    context = {"active_test": False}
    found = database.call_named("res.partner", "search", {"domain": domain, "context": context})
    rest = database.call_named("res.partner", "search", {"domain": ["!", *domain], "context": context})
    every = database.call_named("res.partner", "search", {"domain": [], "context": context})
    assert sorted(found + rest) == sorted(every)


@FEW
@given(first=DOMAINS, second=DOMAINS)
def test_or_is_the_union(database: Database, first: list[Any], second: list[Any]) -> None:
    def search(domain: list[Any]) -> set[int]:
        arguments = {"domain": domain, "context": {"active_test": False}}
        return set(database.call_named("res.partner", "search", arguments))

    assert search(["|", *first, *second]) == search(first) | search(second)


@FEW
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["", "t.a", "t.b", "c"]),
            *[st.one_of(st.text(max_size=8), st.sampled_from(["4", "1"]))] * 4,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_load_is_all_or_nothing_on_any_text(database: Database, rows: list[tuple[str, ...]]) -> None:
    columns = [
        "id",
        "partner_id/.id",
        "commitment_date",
        "order_line/product_id/.id",
        "order_line/product_uom_qty",
    ]

    def count() -> tuple[int, int]:
        return tuple(  # type: ignore[return-value]  # two of them
            database.call_named(model, "search_count", {"domain": []})
            for model in ("sale.order", "sale.order.line")
        )

    before = count()
    answer = database.call_named(
        "sale.order", "load", {"fields": columns, "data": [list(row) for row in rows]}
    )
    if answer["ids"] is False:
        assert answer["messages"]
        assert count() == before
    else:
        assert answer["messages"] == []
        assert len(answer["ids"]) <= len(rows)


@FEW
@given(
    method=st.sampled_from(
        ["search", "read", "create", "write", "search_read", "fields_get", "load", "name_search"]
    ),
    arguments=st.dictionaries(
        st.sampled_from(
            ["ids", "domain", "vals", "vals_list", "fields", "data", "limit", "order", "context", "name"]
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["name", "type", "child_ids"]), inner)
            ),
            max_leaves=6,
        ),
        max_size=4,
    ),
)
def test_nonsense_is_refused_in_odoo_s_words(
    database: Database, method: str, arguments: dict[str, Any]
) -> None:
    error = refusal(database, method, arguments)
    assert error is None or (error.message and 400 <= error.status <= 500)


def refusal(database: Database, method: str, arguments: dict[str, Any]) -> OdooError | None:
    """Return the error that a call meets; anything but an OdooError would come through."""
    try:
        database.call_named("res.partner", method, arguments)
    except OdooError as error:
        return error
    return None
