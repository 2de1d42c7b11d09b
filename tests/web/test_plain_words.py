"""No page speaks in codes: no snake_case anywhere but in code, no English sentence on a Japanese page, and no figure
without the day and the meaning of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser

import pytest
from django.test import Client

from nenrin.foundation.models import Member, Organisation
from tests.web import matrix_world
from tests.web.matrix_world import World
from tests.web.test_permission_matrix import filled, guarded, kinds

pytestmark = [pytest.mark.django_db, pytest.mark.words]
#: What is code wherever it stands, and what browsers do not show.
SILENT = {"code", "pre", "kbd", "samp", "script", "style", "textarea", "template", "title", "option"}
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
SNAKE = re.compile(r"\b[a-z][a-z0-9]+(?:_[a-z0-9]+)+\b")
#: Three English words in a row are a sentence that nobody translated.
ENGLISH = re.compile(r"\b[A-Za-z][a-z]+(?: [a-z]{2,}){2,}\b")
#: Pages that show no figure.
WITHOUT_FIGURES = {"/palette"}
#: Inputs of a calculation, whose page explains each beside its field.
EXPLAINED_ELSEWHERE: set[str] = set()
#: Names and words that people gave in this world, and pages made of other people's words.
GIVEN = {"owner_phone", "zq7xkanarie", "zq7xkan"}
SPECIMENS = {"components", "api-reference", "openapi-json"}


class _Shown(HTMLParser):
    """The texts that a reader sees, those inside code left out."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[tuple[str, bool]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        foreign = given.get("lang") not in (None, "ja") and tag != "html"
        if tag not in VOID:
            self.inside.append((tag, tag in SILENT or foreign))

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop()[0] != tag:
            continue

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(silent for _, silent in self.inside):
            self.texts.append(data.strip())


def shown(page: str) -> list[str]:
    reader = _Shown()
    reader.feed(page)
    return reader.texts


@pytest.fixture
def world(org: Organisation, at: datetime) -> World:
    return matrix_world.build(at)


def _pages(world: World, language: str) -> Iterator[tuple[str, str]]:
    """Every page that an administrator can open, with its address."""
    Member.objects.filter(pk=world.viewer.pk).update(language=language)
    client = Client(raise_request_exception=False)
    client.force_login(world.viewer)
    for page in guarded():
        if page.name in SPECIMENS or "file" in kinds(page.route):
            continue
        path = filled(page.route, world, "own")
        answer = client.get(path)
        if answer.status_code == 200 and "text/html" in answer.get("Content-Type", "") and not answer.streaming:
            yield path, answer.content.decode()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_page_shows_a_code_as_a_word(world: World, language: str) -> None:
    found = {
        path: codes
        for path, page in _pages(world, language)
        if (codes := {code for text in shown(page) for code in SNAKE.findall(text)} - GIVEN)
    }
    assert found == {}


def test_no_japanese_page_holds_an_english_sentence(world: World) -> None:
    found = {
        path: said
        for path, page in _pages(world, "ja")
        if (said := {each for text in shown(page) for each in ENGLISH.findall(text)})
    }
    assert found == {}


def test_no_english_page_holds_japanese_but_names(world: World) -> None:
    """Kana are words of ours; names of this world are in kanji, or given: a task opened in the organisation's language."""
    given = re.compile("会社|テスト|様|さん|から$|と話した|同僚|日本語|年輪|タグ|モデル v.|解約理由を記入する$")
    found = {
        path: said
        for path, page in _pages(world, "en")
        if (said := [text for text in shown(page) if re.search("[ぁ-んァ-ヶ]", text) and not given.search(text)])
    }
    assert found == {}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_with_figures_says_when_they_were_true(world: World, language: str) -> None:
    """The bar above each page carries the instant of its figures."""
    stamp = re.compile(r"\d{4}/\d\d/\d\d( \d\d:\d\d)? 時点|[Aa]s of \d{1,2} \w{3} \d{4}")
    silent = [
        path
        for path, page in _pages(world, language)
        if "<main" in page and path not in WITHOUT_FIGURES and not stamp.search(page)
    ]
    assert silent == []


def test_every_figure_of_a_strip_explains_itself(world: World) -> None:
    """A fact in a strip under a page's head: its name is a dotted term that opens its definition."""
    unexplained = {}
    for path, page in _pages(world, "ja"):
        if path in EXPLAINED_ELSEWHERE:
            continue
        for strip in re.findall(r'<dl class="facts[^"]*">(.*?)</dl>', page, re.S):
            terms = re.findall(r"<dt[^>]*>(.*?)</dt>", strip, re.S)
            plain = [re.sub(r"<[^>]+>|\s+", "", term) for term in terms if 'class="def"' not in term]
            if plain:
                unexplained.setdefault(path, []).extend(plain)
    assert unexplained == {}
