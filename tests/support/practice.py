"""A practice Odoo for tests, and a client that speaks JSON-2 to it as any program would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from hub.erp.practice.server import PracticeOdoo


class Json2:
    """Calls of one practice Odoo. `ok` wants a result, `refused` wants an error."""

    def __init__(self, practice: PracticeOdoo) -> None:
        self.practice = practice
        self.http = httpx.Client(base_url=practice.url, timeout=10)

    def post(self, model: str, method: str, **arguments: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.practice.key}"}
        return self.http.post(f"/json/2/{model}/{method}", json=arguments, headers=headers)

    def ok(self, model: str, method: str, **arguments: Any) -> Any:
        response = self.post(model, method, **arguments)
        assert response.status_code == 200, response.text
        return response.json()

    def refused(self, model: str, method: str, **arguments: Any) -> tuple[int, str, str]:
        """Return status, name of the error and its message."""
        response = self.post(model, method, **arguments)
        body = response.json()
        assert set(body) == {"name", "message", "arguments", "context", "debug"}
        return response.status_code, body["name"], body["message"]

    def find(self, model: str, **values: Any) -> int:
        """Return the one record with these values."""
        (found,) = self.ok(model, "search", domain=[[name, "=", value] for name, value in values.items()])
        return int(found)

    def look(self, model: str, record: int, *fields: str) -> dict[str, Any]:
        (row,) = self.ok(model, "read", ids=[record], fields=list(fields))
        return {name: row[name] for name in fields}

    def order(self, lines: dict[str, float], **values: Any) -> int:
        """Create a sale order of ACME by our item codes and return its id."""
        commands = [
            [
                0,
                0,
                {"product_id": self.find("product.product", default_code=code), "product_uom_qty": quantity},
            ]
            for code, quantity in lines.items()
        ]
        customer = self.find("res.partner", ref="ACME")
        (made,) = self.ok(
            "sale.order", "create", vals_list=[{"partner_id": customer, "order_line": commands, **values}]
        )
        return int(made)


@contextmanager
def running(folder: Path) -> Iterator[Json2]:
    """Run a seeded practice Odoo and give a client of it."""
    practice = PracticeOdoo(folder / "practice.sqlite")
    practice.seed()
    practice.start()
    client = Json2(practice)
    try:
        yield client
    finally:
        client.http.close()
        practice.stop()
