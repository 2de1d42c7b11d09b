"""Tiers and touch models as a document: a list of rules that a person writes as YAML or fills into a form.

What cannot be one is named by its place: which rule, which condition, what was expected, what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from nenrin.customers import rules
from nenrin.customers.errors import Refused
from nenrin.customers.models import TierRule, TouchModel
from nenrin.customers.statuses import Status
from nenrin.customers.tiers import Tier
from nenrin.customers.touch_models import Model
from nenrin.values import Text

Document = list[dict[str, Any]]
_NEEDED = ("key", "name", "conditions")
_TOUCH = ("channels", "contact_every_days", "minutes_a_month")
MOST_RULES, MOST_DAYS, MOST_MINUTES, MOST_CHANNELS = 30, 3650, 10_000, 12
MOST_WRITTEN = 50_000
_TOO_MUCH = Text(
    f"At most {MOST_WRITTEN:,} characters, without references (& and *) and with values of ordinary size.",
    f"{MOST_WRITTEN:,}文字以内。参照（& と *）や極端な値は使えない。",
)


class Unreadable(ValueError):
    """Nothing was changed: put right what `problems` name."""

    def __init__(self, problems: Sequence[Text]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(problem.en for problem in problems))


def standing_tiers() -> Document:
    """The tiers in their order."""
    return of_tiers([Tier(row.key, Text(row.name_en, row.name_ja), row.conditions) for row in TierRule.objects.all()])


def standing_models() -> Document:
    """The touch models in their order."""
    return of_models(
        [
            Model(
                row.key, Text(row.name_en, row.name_ja), row.conditions, row.channels, row.contact_every_days,
                row.minutes_a_month,
            )
            for row in TouchModel.objects.all()
        ]
    )  # fmt: skip


def of_tiers(tiers: Sequence[Tier]) -> Document:
    return [_head(tier) for tier in tiers]


def of_models(models: Sequence[Model]) -> Document:
    return [
        {
            **_head(model),
            "channels": list(model.channels),
            "contact_every_days": model.contact_every_days,
            "minutes_a_month": model.minutes_a_month,
        }
        for model in models
    ]


def _head(rule: Tier | Model) -> dict[str, Any]:
    name = {"en": rule.name.en, "ja": rule.name.ja}
    return {"key": rule.key, "name": name, "conditions": [dict(one) for one in rule.conditions]}


def as_yaml(document: object) -> str:
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def from_yaml(written: str) -> Any:
    """What the text says; raises Unreadable with line and column."""
    try:
        if len(written) > MOST_WRITTEN or any(isinstance(each, yaml.AliasEvent) for each in yaml.parse(written)):
            raise Unreadable([_TOO_MUCH])
        return yaml.safe_load(written)
    except (ValueError, RecursionError) as wrong:
        raise wrong if isinstance(wrong, Unreadable) else Unreadable([_TOO_MUCH]) from None
    except yaml.YAMLError as wrong:
        mark, said = getattr(wrong, "problem_mark", None), getattr(wrong, "problem", None) or "?"
        where = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unreadable(
            [
                Text(
                    f"Line {where[0]}, column {where[1]}: no YAML ({said})",
                    f"{where[0]}行目{where[1]}文字目: YAMLとして読めない（{said}）",
                )
            ]
        ) from None


def tiers(document: Any) -> list[Tier]:
    """Raises Unreadable."""
    found, problems = _rules(document, ())
    for place, rule in enumerate(found, 1):
        if any(one.get("field") == "tier" for one in _conditions(rule) if isinstance(one, Mapping)):
            problems.append(
                _at(place, rule, Text("a tier cannot ask for the tier", "企業規模の条件に企業規模は使えない"))
            )
    if found and _conditions(found[-1]):
        expected = Text("the last tier takes all others: no conditions", "最後の企業規模は条件なし（残りすべてが対象）")
        problems.append(_at(len(found), found[-1], expected))
    if problems:
        raise Unreadable(problems)
    return [Tier(rule["key"], Text(**rule["name"]), _conditions(rule)) for rule in found]


def models(document: Any, known_tiers: Sequence[str]) -> list[Model]:
    """Raises Unreadable; a condition on the tier must name tiers that there are."""
    found, problems = _rules(document, known_tiers)
    for place, rule in enumerate(found, 1):
        problems += [_at(place, rule, text) for text in _touch_problems(rule)]
    if problems:
        raise Unreadable(problems)
    return [
        Model(
            rule["key"],
            Text(**rule["name"]),
            _conditions(rule),
            tuple(rule.get("channels") or ()),
            rule.get("contact_every_days"),
            rule.get("minutes_a_month"),
        )
        for rule in found
    ]


def _rules(document: Any, known_tiers: Sequence[str]) -> tuple[Document, list[Text]]:
    """The rules as far as they are mappings, and what is wrong with those heads and conditions."""
    if not isinstance(document, list) or not document or len(document) > MOST_RULES:
        raise Unreadable(
            [Text(f"Expected a list of 1 to {MOST_RULES} rules.", f"1〜{MOST_RULES}件のルールの一覧が必要。")]
        )
    problems, keys = [], []
    for place, rule in enumerate(document, 1):
        if not isinstance(rule, Mapping):
            raise Unreadable(
                [_at(place, {}, Text("expected key, name and conditions", "key・name・conditions が必要"))]
            )
        problems += [
            _at(place, rule, text) for text in (*_head_problems(rule), *_condition_problems(rule, known_tiers))
        ]
        if rule.get("key") in keys:
            problems.append(_at(place, rule, Text("this key stands twice", "キーが重複")))
        keys.append(rule.get("key"))
    return document, problems


def _at(place: int, rule: Mapping[str, Any], text: Text) -> Text:
    named = f" ({rule['key']})" if rule.get("key") else ""
    return Text(f"Rule {place}{named}: {text.en}", f"ルール{place}{named}: {text.ja}")


def _head_problems(rule: Mapping[str, Any]) -> list[Text]:
    problems = []
    if not _is_plain(rule):
        problems.append(Text("a character that cannot be kept", "保存できない文字がある"))
    odd = [str(name) for name in rule if name not in (*_NEEDED, *_TOUCH)]
    if odd:
        problems.append(Text(f"unknown: {', '.join(odd)}", f"使えない項目: {', '.join(odd)}"))
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,29}", str(rule.get("key", "")), re.ASCII):
        wanted = Text(
            "key: small letters, digits and _, a letter first", "キー: 英小文字で始まる英数字と_（30文字以内）"
        )
        problems.append(wanted)
    name = rule.get("name")
    words = [name.get(language) for language in ("en", "ja")] if isinstance(name, Mapping) and len(name) == 2 else []
    if not words or not all(isinstance(one, str) and 0 < len(one.strip()) <= 60 for one in words):
        problems.append(
            Text(
                "name: in English and Japanese, at most 60 characters each", "名称: 英語と日本語の両方（各60文字以内）"
            )
        )
    return problems


def _is_plain(value: object) -> bool:
    """No text in it has control characters or half ones, which databases refuse."""
    if isinstance(value, str):
        return not any(c < " " or "\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, Mapping):
        return all(_is_plain(each) for each in (*value, *value.values()))
    return not isinstance(value, list) or all(_is_plain(each) for each in value)


def _conditions(rule: Mapping[str, Any]) -> list[Any]:
    found = rule.get("conditions") or []
    return found if isinstance(found, list) else [found]


def _condition_problems(rule: Mapping[str, Any], known_tiers: Sequence[str]) -> list[Text]:
    problems = []
    for place, raw in enumerate(_conditions(rule), 1):
        try:
            (condition,) = rules.parsed([raw])
            text = _unknown_value(condition, known_tiers)
        except Refused as refused:
            fault = refused.faults[0]
            text = Text(f"{fault.text.en} ({fault.value})", f"{fault.text.ja}（{fault.value}）")
        if text:
            problems.append(Text(f"condition {place}: {text.en}", f"条件{place}: {text.ja}"))
    return problems


def _unknown_value(condition: rules.Condition, known_tiers: Sequence[str]) -> Text | None:
    if condition.op == "in" and not condition.value:
        return Text("no value", "値がない")
    known = {"tier": list(known_tiers), "status": [state.value for state in Status]}.get(condition.field)
    odd = [value for value in condition.value if value not in known] if known else []
    if not odd or not known:
        return None
    return Text(
        f"no such value: {', '.join(odd)}; one of {', '.join(known)}", f"{', '.join(odd)} はない（{', '.join(known)}）"
    )


def _touch_problems(rule: Mapping[str, Any]) -> list[Text]:
    problems = []
    names = rule.get("channels") or []
    right = isinstance(names, list) and all(isinstance(name, str) and 0 < len(name) <= 40 for name in names)
    if not right or len(names) > MOST_CHANNELS:
        problems.append(Text(f"channels: a list of texts ({names})", f"チャネル: テキストの一覧（{names}）"))
    for name, most, text in (
        ("contact_every_days", MOST_DAYS, Text("contact every so many days", "接触の間隔（日）")),
        ("minutes_a_month", MOST_MINUTES, Text("minutes a month", "月あたりの分数")),
    ):
        value = rule.get(name)
        if value is not None and (type(value) is not int or not 0 <= value <= most):
            problems.append(
                Text(f"{text.en}: a whole number from 0 to {most} ({value})", f"{text.ja}: 0〜{most}の整数（{value}）")
            )
    return problems
