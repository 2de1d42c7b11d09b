"""Reading plain documents part by part, on after a fault, so that all of them are told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from nenrin.customers.errors import Fault
from nenrin.values import Text

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,58}[a-z0-9]|[a-z0-9]")


class Reader:
    """Each method gives back what it read, or something harmless, having noted the fault by its place."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def mapping(self, document: object, path: str, names: Sequence[str]) -> Mapping[str, Any]:
        if not isinstance(document, Mapping):
            self.say(path, Text(f"a mapping with {', '.join(names)}", f"{'・'.join(names)} を持つ項目"), document)
            return {}
        for name in map(str, document):
            if name not in names:
                near = next(iter(get_close_matches(name, names, 1)), names[0])
                self.say(
                    f"{path}.{name}".strip("."),
                    Text(f"no such field; perhaps {near}", f"この項目はない（{near} ？）"),
                )
        return {str(name): value for name, value in document.items()}

    def list(self, document: object, path: str) -> list[Any]:
        if isinstance(document, list | tuple):
            return list(document)
        self.say(path, Text("a list", "リスト"), document)
        return []

    def text(self, value: object, path: str, most: int, *, is_needed: bool = True) -> Text:
        """A sentence for both languages, or {en, ja}."""
        if isinstance(value, Mapping):
            given = self.mapping(value, path, ("en", "ja"))
            en, ja = (
                self.line(given.get(name, ""), f"{path}.{name}", most, is_needed=is_needed) for name in ("en", "ja")
            )
            return Text(en, ja)
        line = self.line(value, path, most, is_needed=is_needed)
        return Text(line, line)

    def line(self, value: object, path: str, most: int, *, is_needed: bool = False) -> str:
        text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else None
        if text is None or len(text) > most or "\0" in text or (is_needed and not text):
            least = 1 if is_needed else 0
            self.say(path, Text(f"text of {least} to {most} characters", f"{least}〜{most}文字の文"), value)
            return ""
        return text

    def key(self, value: object, path: str) -> str:
        if isinstance(value, str) and KEY.fullmatch(value):
            return value
        self.say(path, Text("small letters, digits, - and _", "半角英小文字・数字・- _"), value)
        return "-"

    def one_of(self, value: object, path: str, words: Sequence[str]) -> str:
        if value in words:
            return str(value)
        self.say(path, Text(f"one of {', '.join(words)}", f"{'・'.join(words)} のいずれか"), value)
        return words[0]

    def whole(self, value: object, path: str, least: int, most: int) -> int | None:
        if value is None and not least:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.say(path, Text(f"a whole number from {least} to {most}", f"{least}〜{most}の整数"), value)
        return None

    def flag(self, value: object, path: str) -> bool:
        if isinstance(value, bool):
            return value
        self.say(path, Text("true or false", "true または false"), value)
        return True

    def say(self, path: str, expected: Text, value: object = None) -> None:
        self.faults.append(Fault(path or "(top)", expected, value))
