"""No visible text without its Japanese, in templates or in code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).parents[2] / "src" / "nenrin"
TEMPLATES = sorted((SOURCE / "web" / "templates").rglob("*.html"))
CATALOGUES = sorted((SOURCE / "web" / "locale").glob("*/ja/LC_MESSAGES/django.po"))
MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
CALL = re.compile(r"\b(?:gettext|ngettext|pgettext|npgettext|_)\((?=u?['\"])")

#: Words that stand the same in both languages, or are names.
PLAIN = re.compile(
    r"^(?:openapi\.json|[\W\d_]*|Nenrin|JA|EN|日本語|年輪|English|MRR|ARR|NPS|\(?CSV\)?|XLSX|Excel|YAML|PSI|JSON|API|URL|ID|CSM|Esc|Enter|Ctrl|⌘|K|v\d*)$"
)


def known() -> set[str]:
    found: set[str] = set()
    for file in CATALOGUES:
        with file.open("rb") as source:
            for message in read_po(source, locale="ja"):
                found.update(message.id if isinstance(message.id, tuple) else [message.id])
    return found


def _wanted_by_templates() -> dict[str, str]:
    wanted = {}
    for file in TEMPLATES:
        code = templatize(file.read_text(), origin=str(file))
        for match in CALL.finditer(code):
            for text in _strings(code[match.start() :]):
                wanted[text] = file.relative_to(SOURCE).as_posix()
    return wanted


def _strings(code: str) -> list[str]:
    """The literal strings of the call that `code` begins with."""
    depth, end = 0, 0
    for end, char in enumerate(code):
        depth += (char == "(") - (char == ")")
        if char == ")" and depth == 0 and _closes(code[: end + 1]):
            break
    try:
        call = ast.parse(code[: end + 1], mode="eval").body
    except SyntaxError:
        return []
    named = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and "pgettext" in call.func.id
    args = call.args[1 if named else 0 :]  # type: ignore[attr-defined]  # the first of a pgettext is its context
    return [a.value for a in args if isinstance(a, ast.Constant) and isinstance(a.value, str)]


def _closes(code: str) -> bool:
    try:
        ast.parse(code, mode="eval")
    except SyntaxError:
        return False
    return True


def _wanted_by_code() -> dict[str, str]:
    wanted = {}
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS and node.args:
                first = node.args[1 if "pgettext" in node.func.id else 0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    wanted[first.value] = file.relative_to(SOURCE).as_posix()
    return wanted


def test_every_marked_text_has_its_japanese() -> None:
    words = known() | {"Japanese", "English"}
    missing = {
        text: where for text, where in {**_wanted_by_templates(), **_wanted_by_code()}.items() if text not in words
    }
    assert not missing


def test_no_visible_text_is_left_unmarked() -> None:
    """Strip tags, variables and marked text; whatever letters remain were forgotten."""
    left = {}
    for file in TEMPLATES:
        for text in _bare(file.read_text()):
            left.setdefault(file.relative_to(SOURCE).as_posix(), []).append(text)
    assert not left


def _bare(template: str) -> list[str]:
    for pattern in (
        r"(?s)\{% comment.*?endcomment %\}",
        r"(?s)\{#.*?#\}",
        r"\{% block body_marks %\}.*?\{% endblock %\}",
        r"(?s)\{% blocktrans.*?endblocktrans(?:late)? %\}",
        r"(?s)\{%.*?%\}",
        r"(?s)\{\{.*?\}\}",
        r"(?s)<(script|style|code|pre|kbd|svg)\b.*?</\1>",
        r"(?s)<!--.*?-->",
    ):
        template = re.sub(pattern, "\x00", template)
    labels = re.findall(r"\s(?:title|placeholder|aria-label|alt)=\"([^\"]*)\"", template)
    texts = [t.strip() for t in re.sub(r"(?s)<[^>]*>", "\x00", template).split("\x00")]
    entities = [re.sub(r"&\w+;", "", t.replace("\x00", "")).strip() for t in texts + labels]
    return [t for t in entities if t and not PLAIN.match(t)]


def test_one_text_has_one_japanese_in_all_catalogues() -> None:
    """Catalogues are laid over each other: a second, different one would silently take the first one's place."""
    said: dict[tuple[str, str], dict[str, str]] = {}
    for file in CATALOGUES:
        with file.open("rb") as source:
            for message in read_po(source, locale="ja"):
                if message.id:
                    key = (message.context or "", "|".join([message.id] if isinstance(message.id, str) else message.id))
                    words = message.string if isinstance(message.string, str) else "|".join(message.string)
                    said.setdefault(key, {}).setdefault(words, file.parts[-4])
    assert {key: words for key, words in said.items() if len(words) > 1} == {}
