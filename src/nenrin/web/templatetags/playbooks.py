"""What the pages of playbooks need beside the common tags: the condition editor's offers, and terms of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString

from nenrin.playbooks.models import PlaybookVersion
from nenrin.values import Text
from nenrin.web.playbooks.standing import Standing
from nenrin.web.segments import editing
from nenrin.web.templatetags.nenrin import define, language

register = template.Library()
TERMS = {
    "playbook_minutes": (
        Text("Minutes", "工数（分）"),
        Text("What a run costs a colleague if every task is done; of two ways, the dearer one.",
             "1回の実行で担当者にかかる時間。分岐は長い方で計算。"),
    ),
    "replay_fired": (
        Text("Fired", "発火"),
        Text("How often a run would have begun: the audience, re-entry and runs that go on are taken into account.",
             "実行が始まったはずの回数。対象条件・再登録・実行中を考慮。"),
    ),
    "replay_effort": (
        Text("Work", "工数"),
        Text("Minutes of the tasks of every run, shared among those who own accounts now.",
             "全実行のタスク時間。現在の担当者数で割って1人あたりを計算。"),
    ),
    "replay_mails": (
        Text("Mails", "メール"),
        Text("Mails that people would have got, after the cap of so many a person in seven days.",
             "送られたはずのメール数（1人あたり7日間の上限を適用後）。"),
    ),
}  # fmt: skip


@register.filter
def told(stored: object) -> str:
    """Words as a row keeps them ({"en", "ja"}, or a record with both), in the reader's language."""
    other, own = ("en", "ja") if language() == "ja" else ("ja", "en")
    if isinstance(stored, Mapping):
        return str(stored.get(own) or stored.get(other) or "")
    return str(getattr(stored, own, ""))


@register.filter
def named(version: PlaybookVersion) -> str:
    return version.name_ja if language() == "ja" else version.name_en


@register.simple_tag
def condition_choices(standing: Standing) -> dict[str, Any]:
    """Fields, comparisons and the words that values may be chosen from."""
    return {
        "fields": standing.fields.values(),
        "ops": editing.OPS.items(),
        "choices": editing.choices(standing.fields),
    }


@register.simple_tag(takes_context=True)
def term(context: template.Context, key: str) -> SafeString:
    """A dotted term of this area that explains itself."""
    name, meaning = TERMS[key]
    return define(context, key, name, meaning)


@register.simple_tag
def term_words(key: str) -> tuple[Text, Text]:
    """A term of this area as its name and its meaning, for a head that sorts."""
    return TERMS[key]
