"""Templates as plain documents (YAML, JSON): read whole, with every problem by its place.

```yaml
name: {en: Standard, ja: 標準}
first_value:
  words: {en: A report was approved in the product, ja: 製品上で報告書が承認された}
  condition: {not: {field: first_value.on, op: missing}}
phases:
  - key: kickoff
    name: {en: Kickoff, ja: キックオフ}
    steps:
      - {key: meeting, title: {en: Kickoff meeting, ja: キックオフ}, days: 3, party: us, minutes: 60}
```
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nenrin.analytics import conditions, schedules
from nenrin.analytics.conditions import Field, Unreadable
from nenrin.customers.errors import Fault, Refused
from nenrin.values import Text
from nenrin.work.models.onboarding import Kind, Party
from nenrin.work.onboarding.reading import Reader

MOST_STEPS, MOST_DAYS, MOST_MINUTES, MOST_WANTS = 120, 250, 2400, 10
NO_WORDS = Text("", "")
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One step as a template states it. `serves`: what it is for where first value does not need it."""

    key: str
    title: Text
    phase: str
    note: Text = NO_WORDS
    kind: Kind = Kind.TASK
    party: Party = Party.US
    days: int = 1
    after: tuple[str, ...] = ()
    minutes: int | None = None
    wants: tuple[Text, ...] = ()
    is_needed: bool = True
    serves: Text = NO_WORDS


@dataclass(frozen=True, slots=True)
class Phase:
    key: str
    name: Text
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class FirstValue:
    """When the first value counts as reached: a condition on facts, and the same in the customer's sight."""

    words: Text
    condition: Document


@dataclass(frozen=True, slots=True)
class Template:
    name: Text
    note: Text
    phases: tuple[Phase, ...]
    first_value: FirstValue | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for phase in self.phases for step in phase.steps)


def network(steps: Sequence[Step]) -> list[schedules.Step]:
    """The steps as what only takes time and waits."""
    return [schedules.Step(step.key, step.days, step.after) for step in steps]


def parse(document: object, known: Mapping[str, Field]) -> Template:
    """The template that a document states; `known` are the fields that its condition may ask about.

    Raises Refused with every problem; the field of each is its place, such as `phases[0].steps[2].after`.
    """
    reader = _Reader(known)
    found = reader.template(document)
    if not reader.faults:
        reader.walk(found)
    if reader.faults:
        raise Refused(reader.faults)
    return found


def dump(template: Template) -> dict[str, Any]:
    """The document of a template; `parse` gives the same template back. What is as by default is left out."""
    made: dict[str, Any] = {"name": _both(template.name)}
    if template.note != NO_WORDS:
        made["note"] = _both(template.note)
    if template.first_value:
        made["first_value"] = {
            "words": _both(template.first_value.words),
            "condition": dict(template.first_value.condition),
        }
    made["phases"] = [
        {"key": phase.key, "name": _both(phase.name), "steps": [_step(step) for step in phase.steps]}
        for phase in template.phases
    ]
    return made


_STEP = ("key", "title", "note", "kind", "party", "days", "after", "minutes", "wants", "needed", "serves")


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "ja": text.ja}


def _step(step: Step) -> dict[str, Any]:
    made: dict[str, Any] = {"key": step.key, "title": _both(step.title)}
    said = {
        "note": _both(step.note) if step.note != NO_WORDS else None,
        "kind": step.kind.value if step.kind is not Kind.TASK else None,
        "party": step.party.value,
        "days": step.days,
        "after": list(step.after) or None,
        "minutes": step.minutes,
        "wants": [_both(one) for one in step.wants] or None,
        "needed": None if step.is_needed else False,
        "serves": _both(step.serves) if step.serves != NO_WORDS else None,
    }
    return made | {name: value for name, value in said.items() if value is not None}


class _Reader(Reader):
    def __init__(self, known: Mapping[str, Field]) -> None:
        super().__init__()
        self.known = known

    def template(self, document: object) -> Template:
        given = self.mapping(document, "", ("name", "note", "first_value", "phases"))
        phases = self.list(given.get("phases"), "phases")
        return Template(
            self.text(given.get("name"), "name", 120),
            self.text(given.get("note", ""), "note", 1000, is_needed=False),
            tuple(self._phase(one, f"phases[{place}]") for place, one in enumerate(phases)),
            self._first_value(given.get("first_value")),
        )

    def _phase(self, document: object, path: str) -> Phase:
        given = self.mapping(document, path, ("key", "name", "steps"))
        key = self.key(given.get("key"), f"{path}.key")
        steps = self.list(given.get("steps"), f"{path}.steps")
        name = self.text(given.get("name"), f"{path}.name", 80)
        return Phase(
            key, name, tuple(self._step(one, f"{path}.steps[{place}]", key) for place, one in enumerate(steps))
        )

    def _step(self, document: object, path: str, phase: str) -> Step:
        given = self.mapping(document, path, _STEP)
        kind = self.one_of(given.get("kind", Kind.TASK.value), f"{path}.kind", [one.value for one in Kind])
        ours = Kind(kind) in (Kind.CONCIERGE, Kind.TRAINING, Kind.TASK, Kind.FIRST_VALUE)
        party = self.one_of(
            given.get("party", Party.US.value if ours else Party.CUSTOMER.value), f"{path}.party",
            [one.value for one in Party],
        )  # fmt: skip
        return Step(
            key=self.key(given.get("key"), f"{path}.key"),
            title=self.text(given.get("title"), f"{path}.title", 200),
            phase=phase,
            note=self.text(given.get("note", ""), f"{path}.note", 2000, is_needed=False),
            kind=Kind(kind),
            party=Party(party),
            days=self.whole(given.get("days", 1), f"{path}.days", 1, MOST_DAYS) or 1,
            after=tuple(self.key(one, f"{path}.after") for one in self.list(given.get("after", []), f"{path}.after")),
            minutes=self.whole(given.get("minutes"), f"{path}.minutes", 0, MOST_MINUTES),
            wants=self._wants(given.get("wants", []), f"{path}.wants"),
            is_needed=self.flag(given.get("needed", True), f"{path}.needed"),
            serves=self.text(given.get("serves", ""), f"{path}.serves", 300, is_needed=False),
        )

    def _first_value(self, document: object) -> FirstValue | None:
        if document is None:
            return None
        given = self.mapping(document, "first_value", ("words", "condition"))
        words = self.text(given.get("words"), "first_value.words", 300)
        try:
            read = conditions.parse(given.get("condition"), self.known)
        except Unreadable as unreadable:
            self.faults += [
                Fault(f"first_value.condition.{problem.path}", problem.text, problem.value)
                for problem in unreadable.problems
            ]
            return None
        return FirstValue(words, conditions.dump(read))

    def walk(self, template: Template) -> None:
        """What only the whole shows: keys told twice, waits for nobody, circles."""
        keys = [phase.key for phase in template.phases]
        if len(set(keys)) < len(keys):
            self.say("phases", Text("each phase has its own key", "フェーズのキーは重複できない"))
        if not 0 < len(template.steps) <= MOST_STEPS:
            self.say("phases", Text(f"from 1 to {MOST_STEPS} steps", f"ステップは1〜{MOST_STEPS}件"))
            return
        if sum(step.kind is Kind.FIRST_VALUE for step in template.steps) > 1:
            self.say("phases", Text("at most one step of the kind first_value", "種類first_valueのステップは1件まで"))
        try:
            schedules.in_order(network(template.steps))
        except (schedules.Circle, schedules.Unknown, ValueError) as wrong:
            self.faults.append(network_fault(wrong, template.steps))

    def _wants(self, document: object, path: str) -> tuple[Text, ...]:
        wanted = self.list(document, path)
        if len(wanted) > MOST_WANTS:
            self.say(path, Text(f"at most {MOST_WANTS} files", f"ファイルは{MOST_WANTS}件まで"), len(wanted))
        return tuple(self.text(one, f"{path}[{place}]", 120) for place, one in enumerate(wanted[:MOST_WANTS]))


def network_fault(wrong: ValueError, steps: Sequence[Step]) -> Fault:
    """A circle or a wait for nobody, with the steps by their names."""
    titles = {step.key: step.title for step in steps}
    if isinstance(wrong, schedules.Circle):
        en = " → ".join(titles[key].en for key in wrong.keys)
        ja = " → ".join(titles[key].ja for key in wrong.keys)
        said = Text(f"the steps wait for each other in a circle: {en}", f"ステップの前提が循環している: {ja}")
        return Fault("after", said, list(wrong.keys))
    if isinstance(wrong, schedules.Unknown):
        said = Text(
            f"{titles[wrong.step].en} waits for {wrong.wanted}, which is not there",
            f"{titles[wrong.step].ja} の前提 {wrong.wanted} がない",
        )
        return Fault("after", said, wrong.wanted)
    return Fault("key", Text(f"each step has its own key: {wrong}", f"ステップのキーは重複できない: {wrong}"))
