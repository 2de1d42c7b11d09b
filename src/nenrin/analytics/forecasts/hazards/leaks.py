"""Signs that a table knows what it could not have known: looked for before any model is trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nenrin.analytics.forecasts.hazards.tables import Table

Severity = Literal["refuse", "flag"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sign: the `rule`'s name, the feature ("" for the table), how many rows or what figure."""

    rule: str
    severity: Severity
    feature: str
    figure: float


class Leaking(ValueError):
    """Features were recorded after the day on which they should have been known: build them as known then."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        super().__init__("; ".join(f"{one.rule}: {one.feature or 'table'} ({one.figure:g})" for one in findings))


def findings(table: Table) -> tuple[Finding, ...]:
    """All signs, refusals first."""
    return tuple(_recorded_after(table))


def _recorded_after(table: Table) -> list[Finding]:
    found = []
    for one in table.features:
        if one.recorded is not None:
            late = int(((one.recorded > table.as_of) & ~np.isnan(one.values)).sum())
            found += [Finding("recorded_after", "refuse", one.name, late)] if late else []
    return found
