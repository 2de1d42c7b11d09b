"""What the groups are called, and what a factor says in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from nenrin.foundation import format
from nenrin.insight.lifetimes.groups import INSIDE
from nenrin.insight.models import Segment
from nenrin.insight.retention.factors import Longer, Told, Trait
from nenrin.insight.retention.stays import By
from nenrin.values import Text
from nenrin.web.lifetimes import asking

TITLE = Text("Retention", "リテンション")
DEFAULT: By = "tier"
WAYS: dict[By, Text] = {
    "all": Text("everybody together", "全体"),
    "tier": Text("tier", "企業規模"),
    "plan": Text("plan signed first", "最初のプラン"),
    "term": Text("term signed first", "最初の契約期間"),
    "source": Text("source", "獲得経路"),
    "region": Text("region", "地域"),
    "industry": Text("industry", "業種"),
    "first_value": Text("first value within three months", "3か月以内の最初の成功体験"),
    "segment": Text("segment", "セグメント"),
}
REACHED = {True: Text("reached", "到達"), False: Text("not reached", "未到達")}
EVERYBODY = Text("Everybody", "全体")
#: What a reader should know of a way to divide, before reading a cause into it.
CAVEATS: dict[By, Text] = {
    "tier": Text(
        "Tiers as they are on that day: whoever grew is counted in the tier reached.",
        "企業規模は基準日時点のもの。成長した顧客は、現在の規模に数える。",
    ),
    "source": Text("Sources as they stand in the accounts today.", "獲得経路は、現在の顧客情報に入っている値。"),
    "region": Text("Regions as they stand in the accounts today.", "地域は、現在の顧客情報に入っている値。"),
    "industry": Text("Industries as they stand in the accounts today.", "業種は、現在の顧客情報に入っている値。"),
    "segment": Text(
        "Segments as they are today: some may be in it *because* they stayed, which flatters it.",
        "セグメントは現在のもの。契約が続いたから入っている顧客もいるため、よく見えることがある。",
    ),
    "first_value": Text(
        "Months are counted from the end of the third one, of those who were still customers then; whoever left before "
        "had no time to reach it. Customers who signed before usage was recorded are in neither group.",
        "3か月目の終わりに契約中だった顧客について、そこから数える（それまでの解約者には到達する時間がなかったため）。"
        "利用データの記録開始前に契約した顧客は含めない。",
    ),
}


def group(by: By, key: str, *, tiers: Mapping[str, Text], plans: Mapping[str, Text], segment: Segment | None) -> Text:
    """A group's name in both languages; names that people gave stay as they are."""
    if by == "all":
        return EVERYBODY
    if by == "tier":
        return tiers.get(key, Text(key, key) if key else asking.UNGRADED)
    if by == "term":
        return asking.term_name(int(key)) if key else EMPTY
    if by == "first_value":
        return REACHED[key == INSIDE]
    if by == "segment":
        name = segment.name if segment else ""
        return Text(f"in “{name}”", f"「{name}」") if key == INSIDE else Text("all others", "それ以外")
    named = plans.get(key) if by == "plan" else None
    return named or (Text(key, key) if key else EMPTY)


EMPTY = Text("not recorded", "記録なし")


def trait(one: Trait, tiers: Mapping[str, Text]) -> Text:
    """ "Monthly terms, against longer ones"."""
    if one.kind == "short":
        return Text("Terms of less than six months, against longer ones", "6か月未満の契約（長い契約と比べて）")
    if one.kind == "mrr":
        return Text("Twice the MRR at signature", "契約時のMRRが2倍")
    named, base = (tiers.get(key, Text(key, key) if key else asking.UNGRADED) for key in (one.key, one.against))
    return Text(f"{named.en}, against {base.en}", f"{named.ja}（{base.ja}と比べて）")


def effect(one: Told) -> Text:
    """ "leaves 2.4 times as fast; by what was counted between 0.8 and 6.9 times"."""
    found = one.effect
    told = {name: (factor(value, "en"), factor(value, "ja")) for name, value in
            (("factor", found.factor), ("low", found.low), ("high", found.high))}  # fmt: skip
    en = {name: both[0] for name, both in told.items()}
    ja = {name: both[1] for name, both in told.items()}
    clear = found.low > 1 or found.high < 1
    if clear:
        return Text(
            "leave {factor} times as fast (between {low} and {high})".format(**en),
            "解約の起こりやすさは{factor}倍（{low}〜{high}倍）".format(**ja),
        )
    return Text(
        "{factor} times as fast, but anything between {low} and {high} fits: not told apart from chance".format(**en),
        "{factor}倍だが、{low}〜{high}倍のどれもあり得る（偶然と区別できない）".format(**ja),
    )


def shape(found: Longer | None) -> Text | None:
    """What Weibull's law says of the rate of leaving over time; None where it was not fitted."""
    if found is None:
        return None
    ends = (factor(found.low, "en"), factor(found.high, "en"))
    reach = Text(f" (shape {ends[0]} to {ends[1]})", f"（形状{ends[0]}〜{ends[1]}）")
    if found.low > 1:
        said = Text("the longer they stay, the faster they leave", "契約が長くなるほど解約は起こりやすい")
    elif found.high < 1:
        said = Text("the longer they stay, the slower they leave", "契約が長くなるほど解約は起こりにくい")
    else:
        said = Text("a constant rate of leaving fits", "解約の起こりやすさは一定とみてよい")
    return Text(said.en + reach.en, said.ja + reach.ja)


def factor(value: float, language: str) -> str:
    return format.number(value, language, 1 if value >= 10 else 2)
