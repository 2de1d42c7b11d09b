"""The library that reads and writes the lake's log, loaded when a table is first opened: what is counted from arrays
alone never waits for it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable, Schema, Transaction
    from deltalake.exceptions import CommitFailedError
    from deltalake.transaction import AddAction, RemoveAction

__all__ = ["AddAction", "CommitFailedError", "CommitProperties", "DeltaTable", "RemoveAction", "Schema", "Transaction"]
_ELSEWHERE = dict.fromkeys(("AddAction", "RemoveAction"), "deltalake.transaction") | {
    "CommitFailedError": "deltalake.exceptions"
}


def __getattr__(name: str) -> Any:  # Any: whatever the library has under that name
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals().setdefault(name, getattr(import_module(_ELSEWHERE.get(name, "deltalake")), name))
