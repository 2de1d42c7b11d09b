"""Journeys as plain documents (YAML, JSON): read whole, with every problem by its place.

```yaml
name: {en: Standard journey, ja: 標準ジャーニー}
for: {touch_model: low}
stages:
  - stage: onboarding
    goal: {en: The first report is approved, ja: 最初の報告書が承認される}
    days: 31
    exits: {all: [{field: health.score, op: ">=", value: 60}]}
```
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import urlsplit

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Field, Unreadable
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.customers.errors import Fault, Refused
from nenrin.customers.statuses import Stage, word
from nenrin.values import Text
from nenrin.work.journeys import kpis
from nenrin.work.journeys.kpis import Kpi
from nenrin.work.onboarding.reading import Reader

MOST_LINES: Final = 20
MOST_DAYS: Final = 3650
IN_TIME: Final = 90
NOTHING: Final = Text("", "")
#: Asks nothing of anybody.
EVERYBODY: Final[Mapping[str, Any]] = {"all": []}
STAGES: Final = tuple(one.value for one in Stage if one.value)
Document = Mapping[str, Any]
Texts = tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Something to read, ours or the customer's."""

    title: Text
    url: str


@dataclass(frozen=True, slots=True)
class StageDesign:
    """One stage: whom it is good for and by what, when who enters and leaves, and how long it takes.

    `theirs`: what the customer does; `ours`: what customer success does; `marketing`: what marketing does.
    `days`: calendar days within which an account moves on, the first day counted; None: no limit. `stuck_after`: more
    days than this are stuck. `in_time`: per cent of accounts that should move on within `days`.
    """

    stage: str
    name: Text
    goal: Text = NOTHING
    touchpoints: Texts = ()
    theirs: Texts = ()
    ours: Texts = ()
    marketing: Texts = ()
    content: tuple[Link, ...] = ()
    kpi: Kpi | None = None
    enters: Document | None = None
    exits: Document | None = None
    days: int | None = None
    stuck_after: int | None = None
    in_time: int = IN_TIME
    onboarding_template: str = ""
    playbooks: tuple[str, ...] = ()

    @property
    def stuck_from(self) -> int | None:
        """The last day that is behind and not yet stuck; half as long again where nobody said."""
        if self.days is None:
            return None
        return self.stuck_after if self.stuck_after is not None else self.days + (self.days + 1) // 2


@dataclass(frozen=True, slots=True)
class Design:
    """A journey: its stages in order, and for whom it is (neither segment nor touch model: for everybody else)."""

    name: Text
    stages: tuple[StageDesign, ...]
    note: Text = NOTHING
    segment: str = ""
    touch_model: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(one.stage for one in self.stages)

    def find(self, stage: str) -> StageDesign | None:
        return next((one for one in self.stages if one.stage == stage), None)

    def place(self, stage: str) -> int:
        """Where a stage stands; -1 for one that the journey does not have."""
        return self.keys.index(stage) if stage in self.keys else -1


def parse(document: object, known: Mapping[str, Field] | None) -> Design:
    """The journey that a document states; `known` are the fields that its criteria may ask about, None: unread.

    Raises Refused with every problem; the field of each is its place, such as `stages[0].exits`.
    """
    reader = _Reader(known)
    found = reader.design(document)
    if not reader.faults:
        reader.walk(found)
    if reader.faults:
        raise Refused(reader.faults)
    return found


def dump(design: Design) -> dict[str, Any]:
    """The document of a journey; `parse` gives the same journey back. What is as by default is left out."""
    made: dict[str, Any] = {"name": _both(design.name)}
    if design.note != NOTHING:
        made["note"] = _both(design.note)
    if design.segment:
        made["for"] = {"segment": design.segment}
    elif design.touch_model:
        made["for"] = {"touch_model": design.touch_model}
    made["stages"] = [_stage(one) for one in design.stages]
    return made


def stage_name(stage: str) -> Text:
    """The product's own word for a stage; one that there is not reads as its key."""
    return word(Stage(stage)) if stage in STAGES or not stage else Text(stage, stage)


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "ja": text.ja}


def _stage(one: StageDesign) -> dict[str, Any]:
    said = {
        "name": _both(one.name) if one.name != stage_name(one.stage) else None,
        "goal": _both(one.goal) if one.goal != NOTHING else None,
        "touchpoints": [_both(text) for text in one.touchpoints],
        "theirs": [_both(text) for text in one.theirs],
        "ours": [_both(text) for text in one.ours],
        "marketing": [_both(text) for text in one.marketing],
        "content": [{"title": _both(link.title), "url": link.url} for link in one.content],
        "kpi": _measured(one.kpi) if one.kpi else None,
        "enters": dict(one.enters) if one.enters else None,
        "exits": dict(one.exits) if one.exits else None,
        "days": one.days,
        "stuck_after": one.stuck_after,
        "in_time": one.in_time if one.in_time != IN_TIME else None,
        "onboarding_template": one.onboarding_template,
        "playbooks": list(one.playbooks),
    }
    return {"stage": one.stage} | {name: value for name, value in said.items() if value not in (None, "", [])}


def _measured(kpi: Kpi) -> dict[str, Any]:
    key = {"key": kpi.key} if kpi.key else {}
    name = {} if key and kpi.name == kpis.name_of(kpi.key) else {"name": _both(kpi.name)}
    return key | name | {"target": kpi.target}


_STAGE = (
    *("stage", "name", "goal", "touchpoints", "theirs", "ours", "marketing", "content", "kpi", "enters", "exits"),
    *("days", "stuck_after", "in_time", "onboarding_template", "playbooks"),
)


class _Reader(Reader):
    def __init__(self, known: Mapping[str, Field] | None) -> None:
        super().__init__()
        self.known = known

    def design(self, document: object) -> Design:
        given = self.mapping(document, "", ("name", "note", "for", "stages"))
        whom = self.mapping(given.get("for") or {}, "for", ("segment", "touch_model"))
        stages = self.list(given.get("stages"), "stages")
        return Design(
            self.text(given.get("name"), "name", 120),
            tuple(self._stage(one, f"stages[{place}]") for place, one in enumerate(stages)),
            self.text(given.get("note", ""), "note", 1000, is_needed=False),
            self.line(whom.get("segment", ""), "for.segment", 80),
            self.line(whom.get("touch_model", ""), "for.touch_model", 30),
        )

    def walk(self, design: Design) -> None:
        """What only shows when all of it is read."""
        if not design.stages:
            self.say("stages", Text("at least one stage", "ステージが1つ以上必要"))
        for place, key in enumerate(design.keys):
            if key in design.keys[:place]:
                self.say(f"stages[{place}].stage", Text("each stage once", "同じステージは1回だけ"), key)
        if design.segment and design.touch_model:
            self.say("for", Text("a segment or a touch model, not both", "セグメントとタッチモデルはどちらか一方"))

    def _stage(self, document: object, path: str) -> StageDesign:
        given = self.mapping(document, path, _STAGE)
        stage = self.one_of(given.get("stage"), f"{path}.stage", STAGES)
        days = self._days(given.get("days"), f"{path}.days")
        stuck = self._days(given.get("stuck_after"), f"{path}.stuck_after")
        if stuck is not None and (days is None or stuck < days):
            self.say(f"{path}.stuck_after", Text("not before the expected days", "想定日数以上の日数"), stuck)
        name, template = given.get("name"), given.get("onboarding_template")
        return StageDesign(
            stage,
            self.text(name, f"{path}.name", 60) if name else stage_name(stage),
            self.text(given.get("goal", ""), f"{path}.goal", 300, is_needed=False),
            self._texts(given.get("touchpoints", ()), f"{path}.touchpoints"),
            self._texts(given.get("theirs", ()), f"{path}.theirs"),
            self._texts(given.get("ours", ()), f"{path}.ours"),
            self._texts(given.get("marketing", ()), f"{path}.marketing"),
            tuple(
                self._link(one, f"{path}.content[{n}]")
                for n, one in enumerate(self._several(given.get("content", ()), f"{path}.content"))
            ),
            self._kpi(given["kpi"], f"{path}.kpi") if given.get("kpi") else None,
            self._condition(given.get("enters"), f"{path}.enters"),
            self._condition(given.get("exits"), f"{path}.exits"),
            days,
            stuck,
            self.whole(given.get("in_time", IN_TIME), f"{path}.in_time", 1, 100) or IN_TIME,
            self.key(template, f"{path}.onboarding_template") if template else "",
            tuple(
                self.key(one, f"{path}.playbooks[{n}]")
                for n, one in enumerate(self._several(given.get("playbooks", ()), f"{path}.playbooks"))
            ),
        )

    def _days(self, value: object, path: str) -> int | None:
        return None if value is None else self.whole(value, path, 1, MOST_DAYS)

    def _several(self, document: object, path: str) -> Sequence[Any]:
        found = self.list(document, path)
        if len(found) > MOST_LINES:
            self.say(path, Text(f"at most {MOST_LINES}", f"{MOST_LINES}件まで"), len(found))
        return found[:MOST_LINES]

    def _texts(self, document: object, path: str) -> Texts:
        rows = self._several(document, path)
        return tuple(self.text(one, f"{path}[{n}]", 200) for n, one in enumerate(rows))

    def _link(self, document: object, path: str) -> Link:
        given = self.mapping(document, path, ("title", "url"))
        url = self.line(given.get("url"), f"{path}.url", 500, is_needed=True)
        if url and not _opens(url):
            self.say(f"{path}.url", Text("an address that begins with https://", "https:// で始まるURL"), url)
        return Link(self.text(given.get("title"), f"{path}.title", 120), url)

    def _kpi(self, document: object, path: str) -> Kpi:
        given = self.mapping(document, path, ("key", "name", "target"))
        key = self.line(given.get("key") or "", f"{path}.key", 60)
        target = self.line(given.get("target"), f"{path}.target", 60, is_needed=True)
        if key and self.known is not None:
            self._measures(key, target, path)
        name = self.text(given.get("name"), f"{path}.name", 120) if given.get("name") or not key else kpis.name_of(key)
        return Kpi(name, target, key)

    def _measures(self, key: str, target: str, path: str) -> None:
        if key not in KPIS:
            near = next(iter(get_close_matches(key, KPIS, 1)), "grr")
            self.say(f"{path}.key", Text(f"no such KPI; perhaps {near}", f"このKPIはない（{near} ？）"), key)
        elif target and kpis.aim(key, target) is None:
            self.say(f"{path}.target", kpis.expected(key), target)

    def _condition(self, document: object, path: str) -> Document | None:
        """None where nothing is asked: not written, or an empty list."""
        if document is None or document in ({}, EVERYBODY):
            return None
        if self.known is None:
            return document if isinstance(document, Mapping) else None
        try:
            found = conditions.dump(conditions.parse(document, self.known))
        except Unreadable as unreadable:
            self.faults += [Fault(f"{path}.{one.path}", one.text, one.value) for one in unreadable.problems]
            return None
        assert isinstance(found, Mapping)
        return found


def _opens(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.netloc)
