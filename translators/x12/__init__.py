"""X12: envelopes, dictionaries, checking, acknowledgments, maps and writing.

- `tokens`, `isa`, `control`, `envelopes`: bytes to interchanges, groups and transaction sets.
- `rules/`: dictionaries as data, compiled to a state machine and generated functions; `check` holds a set against them.
- `acks/`: TA1, 997, 999: the verdicts, and both ways between them and segments.
- `mapping/`: transaction sets to canonical documents and back, by the maps in `maps/`.
- `writer`: segments to a valid interchange.
- `exporters/`, `importers/`: our dictionaries in other engines' formats, and theirs in ours.
- `tools/`: what people do with a file: look at it, compare, search, scrub.
- `translator` ties all of it to the hub's port.
"""

from __future__ import annotations
