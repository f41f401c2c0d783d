"""Partner profiles: partners/*.toml read, merged, checked and made into `hub.model.partner.Partner`."""

from __future__ import annotations

from hub.profiles.effective import effective
from hub.profiles.loading import lint, load_partners
from hub.profiles.schema import json_schema

__all__ = ["effective", "json_schema", "lint", "load_partners"]
