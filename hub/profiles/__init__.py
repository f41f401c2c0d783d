"""Partner profiles: partners/*.toml read, merged, checked and made into `hub.model.partner.Partner`."""

from __future__ import annotations

from hub.profiles.effective import effective
from hub.profiles.erp_names import erp_names
from hub.profiles.loading import lint, load_partners
from hub.profiles.schema import json_schema

__all__ = ["effective", "erp_names", "json_schema", "lint", "load_partners"]
