"""What the verbs of mail refuse."""

from __future__ import annotations

from collections.abc import Mapping

from nenrin.values import Text


class Refused(ValueError):
    """Nothing was written: correct the named fields and send them again."""

    def __init__(self, faults: Mapping[str, Text]) -> None:
        super().__init__("; ".join(f"{name}: {text.en}" for name, text in faults.items()))
        self.faults = dict(faults)


class Conflict(ValueError):
    """Somebody else changed this in the meantime, or it went out already: look at what stands now."""
