"""The parts of the pages, rendered as people meet them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import translation

from nenrin.values import Money, Text
from nenrin.web import assets, icons, specimens
from tests import cast

TEMPLATES = Path(assets.__file__).parent / "templates"
CSS = Path(assets.__file__).parent / "static" / "css"


def show(source: str, language: str = "ja", **context: object) -> str:
    with translation.override(language):
        return Template("{% load nenrin %}" + source).render(Context(context))


def test_a_health_mark_has_shape_word_and_score() -> None:
    shown = show('{% health "at_risk" 31.4 %}')
    assert "is-risk" in shown and "<path" in shown and "危険" in shown and "<b>31</b>" in shown
    assert "Healthy" in show('{% health "good" 88 %}', "en")


def test_an_unknown_health_shows_no_score() -> None:
    assert "<b>" not in show('{% health "unknown" 12 %}')
    assert "データ不足" in show("{% health None %}")


def test_a_small_change_stays_grey_and_less_is_better_where_told_so() -> None:
    assert 'class="delta"' in show("{% delta -4 %}")
    assert "is-worse" in show("{% delta -5 %}")
    assert "is-better" in show("{% delta -5 inverse=True %}")
    assert "±0" in show("{% delta 0 %}") and "変化なし" in show("{% delta 0 %}")
    assert "データ不足" in show("{% delta None %}")


def test_a_label_with_markup_is_escaped_everywhere() -> None:
    evil = "<script>x</script>"
    for source in (
        "{% define 'k' evil evil %}",
        "{% icon 'x' evil %}",
        "{% section evil %}{% endsection %}",
        "{{ evil|text }}",
    ):
        assert "<script>" not in show(source, evil=evil)
    assert "<script>" not in show("{% delta 7 unit=evil %}", evil=evil)


def test_a_definition_carries_its_meaning_and_its_date() -> None:
    shown = show('{% define "arr" %}', as_of=specimens.AT)
    target = re.search(r'popovertarget="([^"]+)"', shown)
    assert target and f'id="{target[1]}"' in shown
    assert "12倍" in shown and "2026/11/24 06:00 時点" not in show('{% define "arr" %}')
    assert "時点" in shown


def test_a_measure_is_defined_by_its_key_alone() -> None:
    assert "NPS" in show('{% define "nps" %}') and "popover" in show('{% define "nps" %}')


def test_an_unknown_icon_names_where_to_look() -> None:
    with pytest.raises(icons.UnknownIcon, match="NAMES"):
        icons.icon("no-such-icon")


def test_sorting_turns_round_and_forgets_the_page() -> None:
    request = RequestFactory().get("/accounts?sort=mrr&page=3&owner=7")
    shown = show('{% sort "mrr" "MRR" current="mrr" number=True %}', request=request)
    assert 'aria-sort="ascending"' in shown and "sort=-mrr" in shown and "owner=7" in shown and "page" not in shown


def test_a_filter_is_dropped_from_the_address_by_value() -> None:
    request = RequestFactory().get("/accounts?owner=7&owner=8&band=risk")
    assert show('{% query_without "owner" 7 %}', request=request) == "?owner=8&amp;band=risk"
    assert show('{% query band="good" owner=None %}', request=request) == "?band=good"


class Enrolment(forms.Form):
    name = forms.CharField(help_text="hint")


def test_a_wrong_field_is_tied_to_its_error_and_listed_first() -> None:
    form = Enrolment({"name": ""})
    shown = show('{% include "components/form.html" with submit="Save" %}', form=form)
    assert 'aria-invalid="true"' in shown
    described = re.search(r'aria-describedby="([^"]+)"', shown)
    assert described
    for name in described[1].split():
        assert f'id="{name}"' in shown
    assert shown.index("error-summary") < shown.index("<form")
    assert 'href="#id_name"' in shown


def test_money_words_and_missing_values_read_in_both_languages() -> None:
    assert show("{% money m 'text' %}", m=Money(480_000)) == "480,000円"
    assert show("{% money m 'text' %}", "en", m=Money(480_000)) == "¥480,000"
    assert "Not enough data" in show("{% percent None %}", "en")
    assert show("{{ t|text }}", "en", t=Text("Owner", "担当CSM")) == "Owner"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_style_page_shows_everything_with_unique_ids_and_no_inline_style(
    client: Client, org: object, language: str
) -> None:
    client.force_login(cast.member(language=language))
    page = client.get("/components").content.decode()
    assert f'<html lang="{language}"' in page
    ids = Counter(re.findall(r'\bid="([^"]+)"', page))
    assert [name for name, n in ids.items() if n > 1] == []
    assert not re.search(r'\sstyle="|<style|\son\w+="|<script>(?!\s*</script>)', page)
    assert page.count("<h1") == 1
    assert len(page) < 120_000


def test_every_class_in_the_components_has_a_rule() -> None:
    rules = assets.shelf().assets["nenrin.css"].plain.decode()
    used = set()
    for template in [*TEMPLATES.glob("components/*.html"), *TEMPLATES.glob("shell/*.html")]:
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", template.read_text())
        for names in re.findall(r'class="([^"]*)"', text):
            used |= {name for name in names.split() if not name.endswith("-")}
    assert {name for name in used if f".{name}" not in rules} <= {"bars", "q"}


def test_each_component_file_of_style_stays_in_its_layer() -> None:
    for file in CSS.glob("components/*.css"):
        assert file.read_text().startswith("@layer components {"), file.name
