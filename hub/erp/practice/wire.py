"""The values that travel: whatever JSON and XML-RPC can carry. Their shape is checked where they are used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

Json: TypeAlias = Any
Values: TypeAlias = dict[str, Json]
Ids: TypeAlias = Sequence[int]
EMPTY: Mapping[str, Json] = MappingProxyType({})
