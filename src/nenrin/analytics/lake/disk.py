"""What must be true of a file before anybody may rely on it: its bytes and its name are on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# A journalling file system folds concurrent syncs into few commits, so many files are synced side by side.
PARALLEL = 16


def sync(files: Iterable[Path], root: Path) -> None:
    """Fsync files, then every directory from theirs up to and including `root`."""
    files = list(files)
    _sync_all(files)
    _sync_all({folder for file in files for folder in _folders(file, root)})


def replace(pairs: Iterable[tuple[Path, Path]], root: Path) -> None:
    """Put each finished file in its place atomically: fsync, rename, fsync of the directories."""
    pairs = list(pairs)
    _sync_all([new for new, _ in pairs])
    for new, place in pairs:
        new.replace(place)
    _sync_all({folder for _, place in pairs for folder in _folders(place, root)})


def write_text(path: Path, text: str) -> None:
    """Replace a small text file atomically and durably."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, encoding="utf-8")
    replace([(fresh, path)], path.parent)


def _folders(file: Path, root: Path) -> Iterable[Path]:
    folder = file.parent
    while folder != root and root in folder.parents:
        yield folder
        folder = folder.parent
    yield folder


def _sync_all(paths: Iterable[Path]) -> None:
    paths = list(paths)
    if len(paths) < 3:
        for path in paths:
            _sync(path)
        return
    with ThreadPoolExecutor(min(PARALLEL, len(paths))) as pool:
        list(pool.map(_sync, paths))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
