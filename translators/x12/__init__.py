"""X12: envelopes, dictionaries, checking, acknowledgments, maps and writing.

- `characters`, `isa`, `isa_form`, `scan`: bytes to characters to pieces, a chunk at a time.
- `stream`, `events`: files of any size as events, made of the pieces by `interchange` and `opened` (groups and sets)
  with the checks in `control`, `groups` and `numbers`; `envelopes` collects them for a file in memory.
- `tokens`, `signs`: the text of a set and its segments.
- `rules/`: dictionaries as data, compiled to a state machine and generated functions; `check` holds a set against them.
- `acks/`: TA1, 997, 999: the verdicts, and both ways between them and segments.
- `mapping/`: transaction sets to canonical documents and back, by the maps in `maps/`.
- `writer`, `pen`, `separators`: segments to a valid interchange, of any size.
- `exporters/`, `importers/`: our dictionaries in other engines' formats, and theirs in ours.
- `tools/`: what people do with a file: look at it, compare, search, scrub.
- `translator` ties all of it to the hub's port.
"""

from __future__ import annotations
