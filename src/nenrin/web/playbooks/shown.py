"""What the builder shows beside its form: the steps in words, the picture, the limits, the last replay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nenrin.analytics import conditions
from nenrin.analytics.effects import power
from nenrin.playbooks import holdouts, steps, words
from nenrin.playbooks.documents.playbooks import Playbook as Document
from nenrin.playbooks.documents.programs import Place, laid_out
from nenrin.playbooks.effects.outcomes import CHURN
from nenrin.playbooks.models import PlaybookReplay
from nenrin.values import Text
from nenrin.web.playbooks import flow
from nenrin.web.playbooks.flow import Picture, Words
from nenrin.web.playbooks.standing import Standing

TRIGGER, GOAL = Text("Trigger", "トリガー"), Text("Goal", "目標")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the list of steps."""

    part: str
    key: str
    number: int | None
    kind: Text
    title: Text
    under: Text
    depth: int
    is_here: bool
    may_move: bool


@dataclass(frozen=True, slots=True)
class Guard:
    """A row of the panel of limits."""

    name: Text
    value: Text
    part: str
    note: Text = flow.NONE


def lines(document: Document, found: Standing, part: str) -> list[Line]:
    """The triggers, every step, the goal: in reading order, numbered as people speak of them."""
    rows = [
        Line(f"trigger:{n}", "", 1 if not n else None, TRIGGER, words.trigger_words(one, found.setting, found.fields),
             words.audience(document, found.fields) if not n else flow.NONE, 0, part == f"trigger:{n}", may_move=False)
        for n, one in enumerate(document.triggers)
    ]  # fmt: skip
    places = laid_out(document).places
    rows += [_step(place, places, found, part) for place in places.values()]
    if document.goal:
        condition = conditions.sentence(document.goal.condition, found.fields)
        rows.append(
            Line("goal", "", len(places) + 2, GOAL, document.goal.name, condition, 0, part == "goal", may_move=False)
        )
    return rows


def _step(place: Place, places: dict[str, Place], found: Standing, part: str) -> Line:
    step, kind = place.step, steps.KINDS[place.step.kind]
    under = _arms(place, places) if kind.arms else kind.under(step.values)
    return Line(f"step:{step.key}", step.key, place.number, kind.name, words.step_words(step, found.setting, found.fields),
                under, place.depth, part == f"step:{step.key}", may_move=True)  # fmt: skip


def _arms(place: Place, places: dict[str, Place]) -> Text:
    kind = steps.KINDS[place.step.kind]
    assert kind.arms is not None
    ways = [_number(key, places) for key in (place.first, place.second)]
    first, second = kind.arms
    return Text(
        f"{first.en} → {ways[0].en}, {second.en} → {ways[1].en}",
        f"{first.ja} → {ways[0].ja}、{second.ja} → {ways[1].ja}",
    )


def _number(key: str, places: dict[str, Place]) -> Text:
    number = str(places[key].number) if key in places else ""
    return Text(number or "end", number or "終了")


def flow_words(document: Document, found: Standing) -> dict[str, Words]:
    places = laid_out(document).places
    return {
        key: Words(steps.KINDS[place.step.kind].name, words.step_words(place.step, found.setting, found.fields),
                   flow.NONE if steps.KINDS[place.step.kind].arms else steps.KINDS[place.step.kind].under(place.step.values))
        for key, place in places.items()
    }  # fmt: skip


def flow_arms(document: Document) -> dict[str, tuple[Text, Text]]:
    return {one.key: arms for one in document.every_step if (arms := steps.KINDS[one.kind].arms)}


def draw(document: Document, found: Standing, part: str, language: str) -> Picture:
    first = words.trigger_words(document.triggers[0], found.setting, found.fields)
    more = len(document.triggers) - 1
    also = Text(f"and {more} more", f"ほか{more}件") if more else words.audience(document, found.fields)
    goal = Words(GOAL, document.goal.name) if document.goal else None
    return flow.draw(Words(TRIGGER, first, also), document.steps, goal, flow_words(document, found), flow_arms(document),
                     here=part, language=language)  # fmt: skip


def story(document: Document, found: Standing) -> Text:
    """The picture in words."""
    said = [TRIGGER, *(steps.KINDS[one.kind].name for one in document.every_step)] + ([GOAL] if document.goal else [])
    return Text("Flow: " + ", ".join(one.en for one in said), "流れ図: " + "、".join(one.ja for one in said))


def guards(document: Document, found: Standing, row: PlaybookReplay | None) -> list[Guard]:
    """What holds the playbook back, each with the form that changes it."""
    limits = document.limits
    per_hour, above = limits.caps.per_hour, limits.approval_above
    rows = [
        Guard(
            Text("Holdout", "未実施グループ"),
            _share(document),
            "holdout",
            _never(document, found, row),
        ),
        Guard(Text("Again", "再登録"), words.again(document), "limits"),
        Guard(Text("Mails of a person", "配信の上限"), _week(limits.caps.per_contact), "limits"),
        Guard(Text("Begins", "開始の上限"), _hour(per_hour), "limits"),
        Guard(Text("Approval", "承認"), _above(above), "limits"),
        Guard(Text("Hours", "時間帯"), words.hours(document), "limits"),
        Guard(Text("Left out", "対象から除く"), _left_out(document, found), "except"),
        Guard(Text("Ends early", "途中終了"), _ends(document, found), "exit"),
    ]
    if limits.cool_down_days:
        days = limits.cool_down_days
        rows.insert(
            2,
            Guard(
                Text("After another playbook", "他のプレイブックの後"),
                Text(f"{days} days", f"{days}日空ける"),
                "limits",
            ),
        )
    return rows


def _share(document: Document) -> Text:
    share = 0.0 if holdouts.is_notice(document) else document.holdout.share
    return Text(f"{share:.0%}", f"{share:.0%}")


def _never(document: Document, found: Standing, row: PlaybookReplay | None) -> Text:
    """Who is never left alone, and what such a group could show."""
    if holdouts.is_notice(document):
        return Text(
            "A notice of a deadline or a contract: nobody is left alone", "期限・契約に関わる通知のため、全顧客に実施"
        )
    if not document.holdout.share:
        return Text("Without one the effect cannot be measured", "0%では効果を測定できない")
    told = [_shows(document, row)]
    if document.holdout.never is not None:
        never = conditions.sentence(document.holdout.never, found.fields)
        told.append(Text(f"Never: {never.en}.", f"必ず実施: {never.ja}。"))
    told.append(Text("Nor whoever is on the list of exclusions.", "「必ず実施する顧客」にも実施。"))
    return Text(" ".join(one.en for one in told if one.en), "".join(one.ja for one in told))


def _shows(document: Document, row: PlaybookReplay | None) -> Text:
    """The smallest difference of churn that a year like the replayed one would show; of another measure the form tells."""
    share, metric = document.holdout.share, document.holdout.metric or document.hypothesis.measure or CHURN
    if metric != CHURN or row is None or row.state != "done":
        return Text("What it could show stands in its form.", "検出できる差は、編集欄に表示。")
    became = row.report["outcomes"]
    count, known = row.report["accounts"], became["left"] + became["stayed"]
    if not known or not became["left"]:
        return flow.NONE
    base = became["left"] / known
    seen, half = (power.detectable_share(base, round(count * (1 - one)), round(count * one)) for one in (share, 0.5))
    if seen is None:
        more = f" (with 50%: {half * 100:.0f} pt)" if half else ""
        ja = f"（50%なら {half * 100:.0f}pt）" if half else ""
        return Text(
            f"In a year no difference could be told from chance{more}.",
            f"1年では差を検出できない{ja}。他の期間と合算して判定。",
        )
    return Text(
        f"Smallest difference told in a year: {seen * 100:.0f} pt of churn.",
        f"12か月後に検出できる最小差 {seen * 100:.0f}pt。",
    )


def _week(most: int) -> Text:
    return Text(f"{most} a week", f"1人あたり週{most}通") if most else Text("No limit", "上限なし")


def _hour(most: int) -> Text:
    return Text(f"{most} an hour", f"1時間に{most}件") if most else Text("No limit", "上限なし")


def _above(above: int) -> Text:
    return Text(f"Above {above} in 24 hours", f"24時間に{above}社を超える場合") if above else Text("Not needed", "不要")


def _left_out(document: Document, found: Standing) -> Text:
    if document.excluded is None:
        return Text("Nobody", "なし")
    return conditions.sentence(document.excluded, found.fields)


def _ends(document: Document, found: Standing) -> Text:
    if document.exit_when is None:
        return Text("When the customer leaves", "解約・アーカイブ時")
    return conditions.sentence(document.exit_when, found.fields)


def facts(document: Document) -> dict[str, int]:
    return {"minutes": words.minutes(document), "mails": words.mails(document), "steps": len(document.every_step)}


def flow_picture(document: Document, found: Standing, part: str, language: str) -> dict[str, Any]:
    return {"picture": draw(document, found, part, language), "story": story(document, found)}
