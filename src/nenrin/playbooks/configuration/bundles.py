"""A configuration as a folder: one file a document, in a folder a kind, named by its key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from nenrin.playbooks.configuration.kinds import KINDS, OF_FOLDER
from nenrin.playbooks.configuration.kinds.shape import Document
from nenrin.playbooks.documents import plain

#: Kind's folder and key -> document.
Bundle = Mapping[tuple[str, str], Document]
#: What stands in the document itself where the key is no file name.
NAMED = {"segments": "segment", "events": "namespace"}
#: What repeats the name of the file in the document.
REPEATED = {"playbooks": "playbook", "health-models": "key"}
ENDING = ".yaml"
LARGEST = 1_000_000


class Unreadable(ValueError):
    """A file that is no document of its kind."""

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"{file}: {why}")


def live() -> Bundle:
    """What is in use now."""
    return {(kind.folder, key): document for kind in KINDS for key, document in kind.live().items()}


def text(document: Document) -> str:
    """A document as it stands in its file; the same document always gives the same text."""
    return yaml.safe_dump(dict(document), allow_unicode=True, sort_keys=False, width=110)


def write(bundle: Bundle, folder: Path) -> list[Path]:
    """Write every document to its file; files that are there already are replaced, others are left."""
    made: list[Path] = []
    for (kind, key), document in sorted(bundle.items()):
        target = _free(folder / kind, _file_name(key), made)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text(document), encoding="utf-8")
        made.append(target)
    return made


def read(path: Path) -> Bundle:
    """The documents of a folder, or of one file in a kind's folder. Raises Unreadable, also for a file of YAML that lies
    where it would be passed over: with --prune, what it says would be put away."""
    files = [path] if path.is_file() else _files(path)
    found: dict[tuple[str, str], Document] = {}
    for file in files:
        kind = file.resolve().parent.name
        if kind not in OF_FOLDER:
            raise Unreadable(file, f"lies in no folder of a kind: {', '.join(OF_FOLDER)}")
        if file.suffix != ENDING:
            raise Unreadable(file, f"a document of a kind is a file whose name ends in {ENDING}")
        document = _document(file)
        key = str(document.get(NAMED[kind], "")) if kind in NAMED else file.stem
        if not key:
            raise Unreadable(file, f"{NAMED[kind]}: its name is missing")
        if kind in REPEATED and document.get(REPEATED[kind]) not in (None, key):
            own = document[REPEATED[kind]]
            raise Unreadable(
                file, f"{REPEATED[kind]}: {own!r} is not the name of the file; a new name is written in both"
            )
        if (kind, key) in found:
            raise Unreadable(file, f"{key!r} stands in another file too")
        found[kind, key] = document
    if not found:
        raise Unreadable(path, "no .yaml file below a kind's folder")
    return found


def _files(folder: Path) -> list[Path]:
    """Every file of YAML, at whatever depth; folders that are hidden, such as those of a version control, are left out."""
    there = (one for one in folder.rglob("*") if one.suffix.lower() in (ENDING, ".yml") and one.is_file())
    names = (one.relative_to(folder) for one in there)
    told = sorted(one for one in names if not any(part.startswith(".") for part in one.parts))
    if astray := [one for one in told if len(one.parts) != 2]:
        raise Unreadable(folder / astray[0], f"lies in no folder of a kind: {', '.join(OF_FOLDER)}")
    return [folder / one for one in told]


def _document(file: Path) -> dict[str, Any]:
    if file.stat().st_size > LARGEST:
        raise Unreadable(file, f"larger than {LARGEST:,} bytes")
    try:
        document = plain.loaded(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise Unreadable(file, "UTF-8 is expected") from None
    except plain.Twice as twice:
        raise Unreadable(file, f"line {twice.line}: {twice.key!r} stands twice") from None
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the file"
        raise Unreadable(file, f"{where} is no YAML") from None
    if not isinstance(document, dict):
        raise Unreadable(file, "a document with named parts is expected")
    return document


def _free(folder: Path, name: str, taken: Iterable[Path]) -> Path:
    """Two names may come to one file: the second gets a number."""
    known = {str(one).casefold() for one in taken}
    names = (name if n == 1 else f"{name}-{n}" for n in count(1))
    return next(one for one in (folder / f"{found}{ENDING}" for found in names) if str(one).casefold() not in known)


def _file_name(key: str) -> str:
    """A name that every file system takes: names of segments may hold anything."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", key).strip(". ")[:100] or "_"
