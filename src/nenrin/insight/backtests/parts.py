"""What is replayed already of a backtest that is not done: files beside the lake, so that any worker can go on."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nenrin.analytics.backtests import panels
from nenrin.analytics.backtests.panels import Panel
from nenrin.ingest import lakes


def keep(backtest: int, start: int, panel: Panel) -> None:
    """The part that begins with account `start`. Safe to repeat."""
    put(str(backtest), f"{start:09d}", panel.to_arrays())


def whole(backtest: int, starts: list[int]) -> Panel | None:
    """All parts as one; None where one is lost."""
    found = [take(str(backtest), f"{start:09d}") for start in starts]
    kept = [panels.of_arrays(one) for one in found if one is not None]
    return panels.joined(kept) if kept and len(kept) == len(starts) else None


def forget(backtest: int | str) -> None:
    shutil.rmtree(_folder(str(backtest)), ignore_errors=True)


def put(work: str, part: str, arrays: Mapping[str, Any]) -> None:
    """Plain arrays by name. Safe to repeat."""
    folder = _folder(work)
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f"{part}.half"
    with half.open("wb") as out:
        np.savez(out, **arrays)
    half.replace(folder / f"{part}.npz")


def take(work: str, part: str) -> dict[str, Any] | None:
    """What was put; None where it is lost."""
    file = _folder(work) / f"{part}.npz"
    if not file.exists():
        return None
    with np.load(file, allow_pickle=False) as kept:
        return {name: kept[name] for name in kept.files}


def _folder(work: str) -> Path:
    return lakes.current().path / "backtests" / work
