"""The rollup files that readers see: a list of pieces, replaced whole.

A piece is one sorted file with the rows of a span of days. `rolled.json` names the pieces of every rollup and the
version of the events that they reach; until it is replaced, new files are invisible, afterwards the old ones are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from nenrin.analytics.lake import disk

#: A reader may still be using a file that was hidden less than this long before the newest was written.
KEPT_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Piece:
    """One file: so many rows, of days from `first` to `last`, both included."""

    path: Path
    first: date
    last: date
    rows: int

    def touches(self, days: tuple[date, date] | None) -> bool:
        """Whether it may have rows of a half-open range of days (None: of any)."""
        return days is None or (self.first < days[1] and days[0] <= self.last)


@dataclass(frozen=True, slots=True)
class Standing:
    """What readers see: the version of the events reached (-1 before the first), and the pieces by rollup."""

    version: int
    pieces: Mapping[str, tuple[Piece, ...]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files of the rollups under `path`."""

    path: Path

    def standing(self) -> Standing:
        try:
            said = json.loads((self.path / "rolled.json").read_text())
        except FileNotFoundError:
            return Standing(-1, {})
        version = int(said["version"])
        if "pieces" not in said:
            return Standing(version, {name: self._by_name(name, version) for name in ("counts", "users")})
        return Standing(
            version, {name: tuple(self._piece(name, row) for row in rows) for name, rows in said["pieces"].items()}
        )

    def publish(self, version: int, pieces: Mapping[str, Sequence[Piece]]) -> None:
        """Show these pieces, and no others, from now on; their files are on the disk already."""
        listed = {name: [_said(piece) for piece in found] for name, found in pieces.items()}
        disk.write_text(self.path / "rolled.json", json.dumps({"version": version, "pieces": listed}))

    def place(self, rollup: str) -> Path:
        """Where a new file goes; its folder is there."""
        folder = self.path / rollup
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{uuid4().hex}.parquet"

    def sweep(self, rollups: Iterable[str], *, kept_seconds: float = KEPT_SECONDS) -> int:
        """Remove files that have been hidden for long, and those that were never shown; returns how many."""
        removed, standing = 0, self.standing()
        for rollup in rollups:
            seen = {piece.path for piece in standing.pieces.get(rollup, ())}
            files = {path: path.stat().st_mtime for path in (self.path / rollup).glob("*") if path.is_file()}
            newest = max(files.values(), default=0.0)
            for path, touched in files.items():
                if path not in seen and touched < newest - kept_seconds:
                    path.unlink(missing_ok=True)
                    removed += 1
        return removed

    def _piece(self, rollup: str, row: Mapping[str, Any]) -> Piece:
        first, last = date.fromisoformat(row["first"]), date.fromisoformat(row["last"])
        return Piece(self.path / rollup / row["file"], first, last, int(row["rows"]))

    def _by_name(self, rollup: str, version: int) -> tuple[Piece, ...]:
        """As releases before 0.2 had it: a base a day and parts after it, told by their names alone."""
        found: dict[date, list[Piece]] = {}
        names = [path.name.split(".") for path in (self.path / rollup).glob("*.*.*.parquet")]
        for day, reached, kind, _ in sorted(names, key=lambda name: (int(name[1]), name[2] == "base")):
            if int(reached) <= version:
                on = date.fromisoformat(day)
                piece = Piece(self.path / rollup / f"{day}.{reached}.{kind}.parquet", on, on, 0)
                found[on] = [piece] if kind == "base" else [*found.get(on, []), piece]
        return tuple(piece for _, pieces in sorted(found.items()) for piece in pieces)


def _said(piece: Piece) -> dict[str, Any]:
    return {"file": piece.path.name, "first": str(piece.first), "last": str(piece.last), "rows": piece.rows}
