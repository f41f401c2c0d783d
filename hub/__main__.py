"""`python -m hub`: the same as the `hub` command."""

from __future__ import annotations

from hub.cli.main import main

main()
