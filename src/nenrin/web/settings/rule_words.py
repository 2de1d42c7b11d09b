"""The rules of tiers and touch models in words: conditions as a sentence, channels, comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nenrin.customers.rules import Condition
from nenrin.customers.statuses import Status, word
from nenrin.values import Text

OPS: dict[str, Text] = {
    "at_least": Text("at least", "以上"),
    "below": Text("below", "未満"),
    "in": Text("is one of", "がいずれか"),
}
CHANNELS: dict[str, Text] = {
    "meeting": Text("Meeting", "打ち合わせ"),
    "call": Text("Call", "電話"),
    "mail": Text("Mail", "メール"),
    "webinar": Text("Webinar", "セミナー"),
    "community": Text("Community", "コミュニティ"),
    "guide": Text("In-app guide", "アプリ内ガイド"),
}
EVERYONE = Text("All accounts that no rule above takes", "上のルールに当てはまらないすべての顧客")


def sentence(conditions: Sequence[Condition], tiers: Mapping[str, Text]) -> Text:
    """All conditions of a rule; the names of tiers and states in words."""
    if not conditions:
        return EVERYONE
    said = [_named(condition, tiers) for condition in conditions]
    return Text(" and ".join(each.en for each in said), "、かつ".join(each.ja for each in said))


def _named(condition: Condition, tiers: Mapping[str, Text]) -> Text:
    words = {"tier": tiers, "status": {state.value: word(state) for state in Status}}.get(condition.field)
    if condition.op != "in" or words is None:
        return condition.sentence()
    names = [words.get(value, Text(value, value)) for value in condition.value]
    en = Condition(condition.field, "in", [name.en for name in names]).sentence().en
    return Text(en, Condition(condition.field, "in", [name.ja for name in names]).sentence().ja)


def channels(keys: Iterable[str]) -> Text:
    """Channels with commas; one of our own making stands as it was written."""
    names = [CHANNELS.get(key, Text(key, key)) for key in keys]
    return Text(", ".join(name.en for name in names), "、".join(name.ja for name in names))
