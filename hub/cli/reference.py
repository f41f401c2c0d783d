"""Keep the published reference equal to the code: `python -m hub.cli.reference` rewrites it.

docs/profiles.md, docs/records.md and docs/configuration.md are written by people but for the part between two markers;
partners/schema.json and docs/schema/ are made as a whole, and the demo's partners are copies of those in partners/. A
test fails while any of them is out of date.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from hub.document_schema import document_schema
from hub.model.documents import DOCUMENTS
from hub.model.partner import Partner
from hub.model.record_types import RecordType
from hub.profiles import json_schema
from hub.settings import Settings
from hub.toml.reference import as_markdown

BEGIN, END = "<!-- begin: made by python -m hub.cli.reference -->", "<!-- end -->"
_BETWEEN = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)


def references(root: Path) -> dict[Path, str]:
    """Return what each file of the published reference must hold; `root` is the repository."""
    profiles, configuration = root / "docs/profiles.md", root / "docs/configuration.md"
    records = root / "docs/records.md"
    return {
        profiles: _filled(profiles, as_markdown(Partner, hidden=frozenset({"key", "records"}))),
        records: _filled(records, as_markdown(RecordType, "records.NAME")),
        configuration: _filled(configuration, as_markdown(Settings)),
        root / "partners/schema.json": json.dumps(json_schema(), indent=2) + "\n",
        **{root / f"docs/schema/{kind.value}.json": _as_text(document_schema(kind)) for kind in DOCUMENTS},
        **_demo_partners(root),
    }


def _as_text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _demo_partners(root: Path) -> dict[Path, str]:
    """Return what the demo's profiles and crosswalks must hold: the demo reads no folder of the user's."""
    folder = root / "hub/demo/partners"
    copies = [*folder.glob("*.toml"), *folder.glob("*/*.csv")]
    return {copy: (root / "partners" / copy.relative_to(folder)).read_text("utf-8") for copy in copies}


def _filled(path: Path, reference: str) -> str:
    """Return the text of a file with the part between the markers replaced."""
    return _BETWEEN.sub(lambda _match: f"{BEGIN}\n\n{reference}\n{END}", path.read_text("utf-8"))


def main() -> None:
    """Rewrite what is out of date."""
    for path, text in references(Path()).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
