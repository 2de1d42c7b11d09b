"""A condition as a sentence, in Japanese and in English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from nenrin.analytics.conditions.fields import Field, Fields
from nenrin.analytics.conditions.trees import All, Any, Condition, Is, Not, Op, Scalar
from nenrin.values import Money, Text

EVERYONE = Text("Every account", "すべての顧客")

Forms = tuple[str, str, str, str]

#: English as it holds and as it does not; Japanese likewise.
_PHRASES: dict[Op, Forms] = {
    Op.EQ: ("{name} is {0}", "{name} is not {0}", "{name}が{0}", "{name}が{0}以外"),
    Op.NE: ("{name} is not {0}", "{name} is {0}", "{name}が{0}以外", "{name}が{0}"),
    Op.LT: ("{name} is below {0}", "{name} is not below {0}", "{name}が{0}未満", "{name}が{0}以上"),
    Op.LE: ("{name} is at most {0}", "{name} is not at most {0}", "{name}が{0}以下", "{name}が{0}を超える"),
    Op.GT: ("{name} is above {0}", "{name} is not above {0}", "{name}が{0}を超える", "{name}が{0}以下"),
    Op.GE: ("{name} is at least {0}", "{name} is not at least {0}", "{name}が{0}以上", "{name}が{0}未満"),
    Op.BETWEEN: (
        "{name} is between {0} and {1}",
        "{name} is not between {0} and {1}",
        "{name}が{0}以上{1}以下",
        "{name}が{0}以上{1}以下の範囲外",
    ),
    Op.IN: ("{name} is {either}", "{name} is not {either}", "{name}が{either}のいずれか", "{name}が{either}以外"),
    Op.CONTAINS: ("{name} contains {0}", "{name} does not contain {0}", "{name}に{0}を含む", "{name}に{0}を含まない"),
    Op.MISSING: ("{name} is missing", "{name} is present", "{name}のデータがない", "{name}のデータがある"),
    Op.WITHIN_LAST: (
        "{name} is in the last {0}",
        "{name} is not in the last {0}",
        "{name}が過去{0}以内",
        "{name}が過去{0}以内ではない",
    ),
    Op.WITHIN_NEXT: (
        "{name} is in the next {0}",
        "{name} is not in the next {0}",
        "{name}が今後{0}以内",
        "{name}が今後{0}以内ではない",
    ),
}
_DATES: dict[Op, Forms] = {
    Op.LT: ("{name} is before {0}", "{name} is not before {0}", "{name}が{0}より前", "{name}が{0}以降"),
    Op.LE: ("{name} is on or before {0}", "{name} is after {0}", "{name}が{0}以前", "{name}が{0}より後"),
    Op.GT: ("{name} is after {0}", "{name} is not after {0}", "{name}が{0}より後", "{name}が{0}以前"),
    Op.GE: ("{name} is on or after {0}", "{name} is before {0}", "{name}が{0}以降", "{name}が{0}より前"),
    Op.BETWEEN: (
        "{name} is between {0} and {1}",
        "{name} is not between {0} and {1}",
        "{name}が{0}から{1}まで",
        "{name}が{0}から{1}までの期間外",
    ),
}
_TAGS: dict[Op, Forms] = {
    Op.CONTAINS: ("{name} include {0}", "{name} do not include {0}", "{name}に{0}がある", "{name}に{0}がない"),
    Op.IN: (
        "{name} include {either}",
        "{name} do not include {either}",
        "{name}に{either}のいずれかがある",
        "{name}に{either}のいずれもない",
    ),
    Op.MISSING: ("there are no {name}", "there are {name}", "{name}がない", "{name}がある"),
}
_WORDS: dict[Op, Forms] = {Op.MISSING: ("{name} is not set", "{name} is set", "{name}が未設定", "{name}が設定済み")}
_FALL: Forms = (
    "{name} fell by at least {0} in {1}",
    "{name} did not fall by {0} or more in {1}",
    "{name}が{1}間で{0}以上低下",
    "{name}が{1}間で{0}以上低下していない",
)
_RISE: Forms = (
    "{name} rose by at least {0} in {1}",
    "{name} did not rise by {0} or more in {1}",
    "{name}が{1}間で{0}以上上昇",
    "{name}が{1}間で{0}以上上昇していない",
)


def sentence(condition: Condition, fields: Fields) -> Text:
    """The condition in words.

    >>> from nenrin.analytics.conditions.fields import standard
    >>> both = All((Is("health.score", Op.LT, (40.0,)), Any((Is("nps", Op.LT, (0.0,)), Is("nps", Op.MISSING)))))
    >>> sentence(both, standard()).en
    'Health score is below 40 and (NPS is below 0 or NPS is missing)'
    >>> sentence(both, standard()).ja
    'ヘルススコアが40未満、かつ(NPSが0未満、またはNPSのデータがない)'
    """
    if condition == All(()):
        return EVERYONE
    words = Text(_english(condition, fields), _japanese(condition, fields))
    return Text(words.en[:1].upper() + words.en[1:], words.ja)


def _english(condition: Condition, fields: Fields) -> str:
    match condition:
        case Is():
            return _phrase(condition, fields, "en", 0)
        case Not(Is() as part):
            return _phrase(part, fields, "en", 1)
        case Not(part):
            return f"not ({_english(part, fields)})"
        case All(parts):
            return _listed([_inner(part, _english(part, fields)) for part in parts], "and") or "every account"
        case Any(parts):
            return _listed([_inner(part, _english(part, fields)) for part in parts], "or")


def _japanese(condition: Condition, fields: Fields) -> str:
    match condition:
        case Is():
            return _phrase(condition, fields, "ja", 2)
        case Not(Is() as part):
            return _phrase(part, fields, "ja", 3)
        case Not(part):
            return f"「{_japanese(part, fields)}」に当てはまらない"
        case All(parts):
            return "、かつ".join(_inner(part, _japanese(part, fields)) for part in parts) or "すべての顧客"
        case Any(parts):
            return "、または".join(_inner(part, _japanese(part, fields)) for part in parts)


def _inner(part: Condition, words: str) -> str:
    """A group inside a group is set in brackets unless it has one part only."""
    return f"({words})" if isinstance(part, All | Any) and len(part.parts) > 1 else words


def _phrase(leaf: Is, fields: Fields, language: str, form: int) -> str:
    field = fields[leaf.field]
    name = field.name.in_(language)
    name = _mid_sentence(name) if language == "en" else name
    if leaf.op is Op.CHANGED_BY:
        amount, days = leaf.values
        forms = _FALL if float(amount) < 0 else _RISE  # type: ignore[arg-type] # a number
        return forms[form].format(_value(field, abs(float(amount)), language), _days(int(days), language), name=name)  # type: ignore[arg-type]
    values = [_operand(field, leaf.op, value, language) for value in leaf.values]
    either = "・".join(values) if language == "ja" else _listed(values, "or")
    pattern = _forms(field, leaf.op)[form]
    if field.plural:
        pattern = pattern.replace("{name} is", "{name} are")
    return pattern.format(*values, name=name, either=either)


def _forms(field: Field, op: Op) -> Forms:
    own = {"tags": _TAGS, "date": _DATES, "text": _WORDS, "choice": _WORDS}.get(field.kind, {})
    return own.get(op, _PHRASES[op])


def _mid_sentence(name: str) -> str:
    """A name inside a sentence: small at the beginning unless it is an abbreviation."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _listed(parts: Sequence[str], word: str) -> str:
    """
    >>> _listed(["a", "b", "c"], "or")
    'a, b, or c'
    """
    if len(parts) < 3:
        return f" {word} ".join(parts)
    return ", ".join(parts[:-1]) + f", {word} {parts[-1]}"


def _operand(field: Field, op: Op, value: Scalar, language: str) -> str:
    within = op in (Op.WITHIN_LAST, Op.WITHIN_NEXT)
    return _days(int(value), language) if within else _value(field, value, language)  # type: ignore[arg-type]


def _value(field: Field, value: Scalar, language: str) -> str:
    if isinstance(value, bool):
        return Text("yes" if value else "no", "はい" if value else "いいえ").in_(language)
    if isinstance(value, date):
        return _date(value, language)
    if isinstance(value, str):
        names = {key: name.in_(language) for key, name in field.choices}
        return names.get(value, f"「{value}」" if language == "ja" else f'"{value}"')
    return _quantity(field, float(value), language)


def _quantity(field: Field, value: float, language: str) -> str:
    match field.unit:
        case "days":
            return _number(value) if language == "en" and field.name.en.startswith("Days") else _days(value, language)
        case "share":
            return f"{_number(value * 100)}%"
        case "money":
            return _money(value, field.currency, language)
    return _number(value)


def _number(value: float) -> str:
    """Up to six significant decimals, without an exponent or trailing zeros; the sign is as wide as a digit.

    >>> _number(40.0), _number(1234567.5), _number(56.00000000000001), _number(-50.0)
    ('40', '1,234,567.5', '56', '−50')
    """
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "\u2212")


def _days(value: float, language: str) -> str:
    number = _number(value)
    return f"{number}日" if language == "ja" else f"{number} day" + ("" if number == "1" else "s")


def _date(day: date, language: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if language == "ja" else f"{day:%B} {day.day}, {day.year}"


def _money(minor: float, currency: str, language: str) -> str:
    """
    >>> _money(50000.0, "JPY", "ja"), _money(50000.0, "JPY", "en"), _money(125050.0, "USD", "en")
    ('5万円', '¥50,000', '$1,250.50')
    """
    digits = Money(0, currency).digits
    amount = minor / 10**digits
    if language == "ja" and currency == "JPY":
        return f"{_number(amount / 10_000)}万円" if amount and amount % 10_000 == 0 else f"{_number(amount)}円"
    sign = {"JPY": "¥", "USD": "$", "EUR": "€"}.get(currency, f"{currency} ")
    return ("\u2212" if amount < 0 else "") + f"{sign}{abs(amount):,.{digits}f}"
