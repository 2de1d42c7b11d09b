"""A configuration as a folder: one file a document, in a folder a kind, named by its key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from nenrin.playbooks.configuration.kinds import KINDS, OF_FOLDER
from nenrin.playbooks.configuration.kinds.shape import Document

#: Kind's folder and key -> document.
Bundle = Mapping[tuple[str, str], Document]
#: What stands in the document itself where the key is no file name.
NAMED = {"segments": "segment", "events": "namespace"}
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
    made = []
    for (kind, key), document in sorted(bundle.items()):
        target = folder / kind / f"{_file_name(key)}.yaml"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text(document), encoding="utf-8")
        made.append(target)
    return made


def read(path: Path) -> Bundle:
    """The documents of a folder, or of one file in a kind's folder. Raises Unreadable."""
    files = [path] if path.is_file() else sorted(path.glob("*/*.yaml"))
    found: dict[tuple[str, str], Document] = {}
    for file in files:
        kind = file.resolve().parent.name
        if kind not in OF_FOLDER:
            raise Unreadable(file, f"lies in no folder of a kind: {', '.join(OF_FOLDER)}")
        document = _document(file)
        key = str(document.get(NAMED[kind], "")) if kind in NAMED else file.stem
        if not key:
            raise Unreadable(file, f"{NAMED[kind]}: its name is missing")
        if (kind, key) in found:
            raise Unreadable(file, f"{key!r} stands in another file too")
        found[kind, key] = document
    if not found:
        raise Unreadable(path, "no .yaml file below a kind's folder")
    return found


def _document(file: Path) -> dict[str, Any]:
    if file.stat().st_size > LARGEST:
        raise Unreadable(file, f"larger than {LARGEST:,} bytes")
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise Unreadable(file, "UTF-8 is expected") from None
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the file"
        raise Unreadable(file, f"{where} is no YAML") from None
    if not isinstance(document, dict):
        raise Unreadable(file, "a document with named parts is expected")
    return document


def _file_name(key: str) -> str:
    """A name that every file system takes: names of segments may hold anything."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", key).strip(". ")[:100] or "_"
