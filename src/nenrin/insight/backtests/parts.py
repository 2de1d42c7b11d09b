"""What is replayed already of a backtest that is not done: files beside the lake, so that any worker can go on."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from nenrin.analytics.backtests import panels
from nenrin.analytics.backtests.panels import Panel
from nenrin.ingest import lakes


def keep(backtest: int, start: int, panel: Panel) -> None:
    """The part that begins with account `start`. Safe to repeat."""
    folder = _folder(backtest)
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f"{start:09d}.half"
    with half.open("wb") as out:
        np.savez(out, **panel.to_arrays())
    half.replace(folder / f"{start:09d}.npz")


def whole(backtest: int, starts: list[int]) -> Panel | None:
    """All parts as one; None where one is lost."""
    files = [_folder(backtest) / f"{start:09d}.npz" for start in starts]
    if not files or not all(file.exists() for file in files):
        return None
    return panels.joined([_read(file) for file in files])


def forget(backtest: int) -> None:
    shutil.rmtree(_folder(backtest), ignore_errors=True)


def _read(file: Path) -> Panel:
    with np.load(file, allow_pickle=False) as kept:
        return panels.of_arrays({name: kept[name] for name in kept.files})


def _folder(backtest: int) -> Path:
    return lakes.current().path / "backtests" / str(backtest)
