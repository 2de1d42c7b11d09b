"""The rollup files: per day one base and, after it, parts of what came since; published all at once.

A file says in its name which version of the events it reaches. `rolled.json` says which version readers may see:
until it is replaced, new files are invisible; afterwards a base hides what came before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from nenrin.analytics.lake import disk

#: A reader may still be using a file that was hidden less than this long before the newest was written.
KEPT_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of one day; a base holds everything up to `version`, a part what came after the piece before it."""

    path: Path
    day: date
    version: int
    is_base: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files of both rollups under `path`."""

    path: Path

    def version(self) -> int:
        """The version of the events that readers see; -1 before the first."""
        try:
            return int(json.loads((self.path / "rolled.json").read_text())["version"])
        except FileNotFoundError:
            return -1

    def publish(self, version: int) -> None:
        disk.write_text(self.path / "rolled.json", json.dumps({"version": version}))

    def place(self, rollup: str, day: date, version: int, *, is_base: bool) -> Path:
        """Where a new file goes; its folder is there."""
        kind = "base" if is_base else "part"
        found = self.path / rollup / f"{day}.{version:012d}.{kind}.parquet"
        found.parent.mkdir(parents=True, exist_ok=True)
        return found

    def standing(self, rollup: str) -> dict[date, list[Piece]]:
        """The files that readers see, by day: the newest base and the parts after it."""
        found: dict[date, list[Piece]] = {}
        version = self.version()
        for piece in sorted(self._pieces(rollup), key=lambda piece: (piece.version, piece.is_base)):
            if piece.version <= version:
                found[piece.day] = [piece] if piece.is_base else [*found.get(piece.day, []), piece]
        return found

    def forget_unpublished(self, rollups: Iterable[str]) -> None:
        """Remove what a roll that was never published has left."""
        version = self.version()
        for rollup in rollups:
            unnamed = list((self.path / rollup).glob("*.new"))
            for path in [*unnamed, *(piece.path for piece in self._pieces(rollup) if piece.version > version)]:
                path.unlink(missing_ok=True)

    def sweep(self, rollups: Iterable[str], *, kept_seconds: float = KEPT_SECONDS) -> int:
        """Remove files that have been hidden for long; returns how many."""
        removed = 0
        for rollup in rollups:
            seen = {piece.path for pieces in self.standing(rollup).values() for piece in pieces}
            pieces = list(self._pieces(rollup))
            newest = max((piece.path.stat().st_mtime for piece in pieces), default=0.0)
            for piece in pieces:
                hidden = piece.path not in seen and piece.version <= self.version()
                if hidden and piece.path.stat().st_mtime < newest - kept_seconds:
                    piece.path.unlink(missing_ok=True)
                    removed += 1
        return removed

    def _pieces(self, rollup: str) -> Iterator[Piece]:
        folder = self.path / rollup
        for path in folder.glob("*.parquet") if folder.exists() else []:
            day, version, kind, _ = path.name.split(".")
            yield Piece(path, date.fromisoformat(day), int(version), kind == "base")
