"""Both languages are whole: every sentence that a template or a view asks for has its Japanese."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

import nenrin

pytestmark = pytest.mark.words
ROOT = Path(nenrin.__file__).parent
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "gettext_noop": None,
}  # fmt: skip
Message = tuple[str | None, str]


def _known() -> set[Message]:
    found: set[Message] = set()
    for po in ROOT.glob("web/locale/*/ja/LC_MESSAGES/django.po"):
        for message in read_po(po.open("rb"), locale="ja"):
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            if message.string and (not isinstance(message.string, tuple) or all(message.string)):
                found.add((message.context, ids[0]))
    return found


def _asked(source: str) -> Iterator[Message]:
    for _, said, _, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
        ids = said if isinstance(said, tuple) else (said,)
        yield context, ids[0]


def _as_python(template: str) -> str:
    """Its calls of gettext, without the indents, which are no Python's."""
    return "\n".join(line.lstrip() for line in templatize(template).splitlines())


TEMPLATES = sorted((ROOT / "web" / "templates").rglob("*.html"))
VIEWS = sorted((ROOT / "web").glob("*.py"))


@pytest.fixture(scope="module")
def known() -> set[Message]:
    return _known()


@pytest.mark.parametrize("file", [*TEMPLATES, *VIEWS], ids=lambda file: str(file.relative_to(ROOT / "web")))
def test_what_a_page_says_it_says_in_japanese_too(file: Path, known: set[Message]) -> None:
    source = file.read_text(encoding="utf-8")
    asked = _asked(_as_python(source) if file.suffix == ".html" else source)
    assert sorted(message[1] for message in asked if message not in known) == []
