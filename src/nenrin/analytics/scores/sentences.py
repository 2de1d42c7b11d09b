"""The score in words, in both languages: where it came from, what pulled it, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from nenrin.analytics.scores import micro
from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.differences import Difference
from nenrin.analytics.scores.models import HealthModel
from nenrin.analytics.scores.raws import CARRIED, MISSING, OVERRIDE
from nenrin.values import Text

EPOCH = date(1970, 1, 1)

BANDS: Mapping[Band, Text] = {
    Band.HEALTHY: Text("healthy", "健全"),
    Band.CAUTION: Text("caution", "注意"),
    Band.AT_RISK: Text("at risk", "危険"),
    Band.UNKNOWN: Text("unknown", "データ不足"),
}
OTHER_BARS: Mapping[str, Text] = {
    MISSING: Text("Missing, counted as the typical score", "欠測（標準的な点で補完）"),
    CARRIED: Text("Carried over from the earlier model", "以前のモデルからの持ち越し"),
    OVERRIDE: Text("Set by hand", "手動変更"),
}
MINUS = "\u2212"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


#: Nothing stands behind the figure.
NO_WORDS = Text("", "")


@dataclass(frozen=True, slots=True)
class Noun:
    """How a measure is spoken of. `kind` decides how a figure of it is written; `per` stands behind it."""

    name: Text
    kind: Literal["count", "ratio", "days", "score", "decimal", "plain"] = "decimal"
    per: Text = NO_WORDS

    def figure(self, value: float | None) -> Text:
        """A value in words.

        >>> Noun(Text("Seat use", "ライセンス利用率"), "ratio").figure(0.442).en
        '44%'
        """
        if value is None:
            return Text("none", "値なし")
        if self.kind in ("ratio", "plain"):
            said = minus(f"{value:.0%}") if self.kind == "ratio" else figure(value)
            return Text(said, said)
        if self.kind == "days":
            whole = minus(f"{value:,.0f}")
            return Text(f"{whole} day{'' if whole.lstrip(MINUS) == '1' else 's'}", f"{whole}日")
        digits = 0 if self.kind in ("count", "score") or abs(value) >= 100 else 1
        said = minus(f"{value:,.{digits}f}")
        return Text(f"{said}{self.per.en}", f"{self.per.ja}{said}")


def figure(value: float) -> str:
    """A number as short as it is exact, without an exponent.

    >>> figure(1234567.0), figure(-0.25), figure(40.0)
    ('1,234,567', '−0.25', '40')
    """
    return minus(f"{value:,.9f}".rstrip("0").rstrip("."))


def minus(figure: str) -> str:
    """A figure with the sign that is as wide as a digit.

    >>> minus("-100"), minus("-0.0")
    ('−100', '0.0')
    """
    bare = figure.lstrip("-")
    return f"{MINUS}{bare}" if figure.startswith("-") and bare.strip("0.,%") else bare


def day_in_words(day: int, language: Literal["en", "ja"]) -> str:
    found = EPOCH + timedelta(day)
    return f"{found.month}/{found.day}" if language == "ja" else f"{found.day} {_MONTHS[found.month - 1]}"


def finding(change: Difference, nouns: Mapping[str, Noun], most: int = 3) -> Text:
    """How the score moved and the measures that moved it furthest the same way.

    English: "Down from 72.4 on 24 Oct to 52.0. Key feature use fell from 412 to 168 a week, and ..."
    """
    moved = [clause for key in _movers(change, most) if (clause := _clause(change, key, nouns))]
    head = _head(change)
    if not moved:
        return head
    joined = Text(_and([clause.en for clause in moved]), _ended("、".join(clause.ja for clause in moved)))
    return Text(f"{head.en} {joined.en[:1].upper()}{joined.en[1:]}.", f"{head.ja}{joined.ja}。")


def _head(change: Difference) -> Text:
    before, after = (f"{score / micro.ONE:.1f}" for score in (change.before.score, change.after.score))
    en, ja = (day_in_words(change.before.day, language) for language in ("en", "ja"))
    if before == after:
        return Text(f"Unchanged at {after} since {en}.", f"{ja}から {after} のまま。")
    word = Text("Down", "低下") if change.total < 0 else Text("Up", "上昇")
    return Text(f"{word.en} from {before} on {en} to {after}.", f"{ja} の {before} から {after} へ{word.ja}。")


def _movers(change: Difference, most: int) -> list[str]:
    """Bars that moved the way of the whole, furthest first; under a twentieth of a point nobody asks."""
    way = 1 if change.total > 0 else -1
    moved = [key for key, by in change.bars.items() if by * way > micro.ONE // 20]
    return sorted(moved, key=lambda key: -abs(change.bars[key]))[:most]


def _clause(change: Difference, key: str, nouns: Mapping[str, Noun]) -> Text | None:
    noun = nouns.get(key)
    if noun is None:
        named = OTHER_BARS.get(key)
        if named is None or key == CARRIED:
            return None
        by = f"{change.bars[key] / micro.ONE:+.1f}".replace("-", MINUS)
        return Text(f"{_lower(named.en)}: {by}", f"{named.ja} {by}")
    was, now = change.before.values.get(key), change.after.values.get(key)
    if was == now:
        return None
    name = Text(_lower(noun.name.en), noun.name.ja)
    if now is None:
        return Text(f"{name.en} has no value any more", f"{name.ja}の値がなくなった")
    if was is None:
        return Text(f"{name.en} is {noun.figure(now).en}", f"{name.ja}は{noun.figure(now).ja}")
    old, new = noun.figure(was), noun.figure(now)
    verb = Text("rose", "増え") if now > was else Text("fell", "減り")
    return Text(
        f"{name.en} {verb.en} from {_bare(old.en, new.en)} to {new.en}",
        f"{name.ja}が{old.ja}から{new.ja}に{verb.ja}",
    )


def _lower(name: str) -> str:
    """A name inside a sentence: NPS stays NPS."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _bare(old: str, new: str) -> str:
    """The earlier figure without the unit that the later one repeats: "412 to 168 a week"."""
    digits = len(new) - len(new.lstrip("−-0123456789,.%"))
    unit = new[digits:]
    return old.removesuffix(unit) if unit and old.endswith(unit) else old


def _ended(clauses: str) -> str:
    """The last clause in its closing form."""
    for open_form, closing in (("減り", "減った"), ("増え", "増えた")):
        if clauses.endswith(open_form):
            return clauses.removesuffix(open_form) + closing
    return clauses


def _and(clauses: Sequence[str]) -> str:
    if len(clauses) < 2:
        return "".join(clauses)
    return f"{', '.join(clauses[:-1])}, and {clauses[-1]}" if len(clauses) > 2 else " and ".join(clauses)


def bar_name(key: str, model: HealthModel, nouns: Mapping[str, Noun]) -> Text:
    """What a bar of the waterfall is called."""
    if key in nouns:
        return nouns[key].name
    kind, _, inner = key.partition(":")
    named = {f"cap:{cap.key}": cap.name for cap in model.caps} | {f"hard:{e.key}": e.name for e in model.hard_events}
    return named.get(key) or OTHER_BARS.get(key) or Text(inner or kind, inner or kind)
