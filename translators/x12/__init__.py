"""X12: envelopes, dictionaries, checking, acknowledgments and writing.

The way in: `tokens` finds the pieces of a file, `isa` reads one ISA, `envelopes` builds the unwrapped file, `check`
holds a transaction set against its dictionary (`dictionary` -> `grammar` + `generate` -> `check`; `explain` words the
faults), `acknowledge` writes the answer. The way out: `writer`. `translator` ties both to the hub's port.
"""

from __future__ import annotations
