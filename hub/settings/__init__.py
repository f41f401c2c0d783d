"""What the hub itself is told: hub.toml, then HUB_* variables of the environment, then defaults."""

from __future__ import annotations

from hub.settings.loading import load_settings
from hub.settings.shape import Paths, Settings, is_loopback

__all__ = ["Paths", "Settings", "is_loopback", "load_settings"]
