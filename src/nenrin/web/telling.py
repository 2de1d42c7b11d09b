"""Journal entries as people read them: codes in their particulars become words, amounts and days are written out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from nenrin.customers.statuses import DecisionRole, Phase, word
from nenrin.foundation import format, journal
from nenrin.foundation.actions import actions
from nenrin.foundation.mail.reasons import REASONS
from nenrin.foundation.models import Entry
from nenrin.foundation.models.mail_rules import SUPPRESSIONS
from nenrin.foundation.roles import NAMES, Role
from nenrin.values import Money, Text
from nenrin.web.data.source_words import EXCLUSIONS, USES
from nenrin.web.field_words import FIELDS
from nenrin.work.models.handoff import FITS

HAPPENED: Final[Mapping[str, Text]] = {
    "started": Text("started", "開始"),
    "renewed": Text("renewed", "更新"),
    "repriced": Text("price changed", "価格改定"),
    "deadline passed": Text("notice deadline passed", "更新拒絶期限日を経過"),
    "ended": Text("ended", "終了"),
}
PRIORITIES: Final[Mapping[str, Text]] = {
    "urgent": Text("urgent", "緊急"),
    "high": Text("high", "優先度 高"),
    "normal": Text("normal", "優先度 中"),
    "low": Text("low", "優先度 低"),
}
CATEGORIES: Final[Mapping[str, Text]] = {
    "acquisition": Text("acquisition", "新規獲得"),
    "marketing": Text("marketing", "マーケティング"),
    "sales": Text("sales", "営業"),
    "cs": Text("customer success", "カスタマーサクセス"),
    "support": Text("support", "サポート"),
    "customer_marketing": Text("customer marketing", "既存顧客向けマーケティング"),
    "infrastructure": Text("hosting", "インフラ"),
    "other": Text("other", "その他"),
}
RULES: Final[Mapping[str, Text]] = {
    "tier": Text("tiers", "企業規模"),
    "touch_model": Text("touch models", "タッチモデル"),
    "routing": Text("routing", "担当の自動割り当て"),
}
OUTCOMES: Final[Mapping[str, Text]] = {
    "arrived": Text("it arrived", "到着を確認"),
    "sent again": Text("sent again", "再送"),
    "given up": Text("given up", "打ち切り"),
    "taken": Text("taken by the mail server", "メールサーバーが受け付け"),
}
#: The action's room and noun, or the placeholder alone -> the words of its codes.
_CODES: Final[Mapping[str, Mapping[str, Text]]] = {
    "happened": HAPPENED,
    "priority": PRIORITIES,
    "category": CATEGORIES,
    "use": USES,
    "customers.rules.kind": RULES,
    "ingest.exclusion.kind": EXCLUSIONS,
    "foundation.mail.reason": REASONS,
    "foundation.mail.outcome": OUTCOMES,
    "foundation.suppression.reason": {reason.value: word for reason, word in SUPPRESSIONS.items()},
    "work.meeting.clock": {"all-day": Text("(all day)", "（終日）")},
    "work.handoff.fit": {fit.value: word for fit, word in FITS.items()},
}
_ENUMS: Final[Mapping[str, type[StrEnum]]] = {"role": DecisionRole, "phase": Phase}
_SEVERAL: Final = ("fields", "happened")


def sentence(entry: Entry, personal: Mapping[str, Any] | None = None) -> Text:
    """What happened, in both languages. `personal` as in journal.sentence; a code without words stays as it is."""
    known = actions().get(entry.action)
    if known is None or entry.action.startswith("insight."):
        return journal.sentence(entry, personal)
    told = {**entry.particulars, **(personal or {})}
    words = {name: _spoken(entry.action, name, value) for name, value in told.items() if isinstance(value, str)}
    words |= _amount(told)
    en = {**told, **{name: text.en for name, text in words.items()}}
    ja = {**told, **{name: text.ja for name, text in words.items()}}
    return Text(known.sentence.en.format_map(_Dashed(en)).strip(), known.sentence.ja.format_map(_Dashed(ja)).strip())


def _spoken(action: str, name: str, value: str) -> Text:
    if name in _SEVERAL:
        said = [_one(action, name, part) for part in value.split(", ") if part]
        return Text(", ".join(text.en for text in said) or "—", "、".join(text.ja for text in said) or "—")
    return _day(value) if name.endswith("_on") else _one(action, name, value)


def _one(action: str, name: str, value: str) -> Text:
    if name == "fields":
        return FIELDS.get(value, Text(value, value))
    if name == "role" and action.startswith("foundation."):
        return NAMES[Role(value)] if value in list(Role) else Text(value, value)
    kind = _ENUMS.get(name)
    if kind is not None and value in list(kind):
        return word(kind(value))
    room = f"{action.rpartition('.')[0]}.{name}"
    return _CODES.get(room, _CODES.get(name, {})).get(value, Text(value, value))


def _day(value: str) -> Text:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return Text(value, value)
    return Text(format.day(day, "en"), format.day(day, "ja"))


def _amount(told: Mapping[str, Any]) -> dict[str, Text]:
    """Minor units beside their currency: "¥240,000" where the sentence has the one, nothing where it has the other."""
    currency, found = told.get("currency"), [name for name in ("mrr_minor", "minor") if isinstance(told.get(name), int)]
    if not found or not isinstance(currency, str):
        return {}
    money = Money(told[found[0]], currency)
    return {found[0]: Text(format.money(money, "en"), format.money(money, "ja")), "currency": Text("", "")}


class _Dashed(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"
