"""The published data sets as columns."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
FOLDER = Path(__file__).parent / "published"
SHARED = Path(__file__).parents[3] / "shared" / "data"


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def columns(rows: list[dict[str, str]], *names: str) -> Array:
    """(n, p); an empty cell is not a number."""
    return np.array([[float(row[name] or "nan") for name in names] for row in rows])
