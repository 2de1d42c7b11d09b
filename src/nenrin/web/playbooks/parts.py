"""The form of one part of a playbook: a step, a trigger, whom it is for, its goal, its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, QueryDict

from nenrin.playbooks import steps, triggers
from nenrin.playbooks.documents.params import Choices
from nenrin.playbooks.documents.playbooks import Playbook as Document
from nenrin.playbooks.documents.playbooks import Step
from nenrin.playbooks.documents.programs import laid_out
from nenrin.playbooks.effects import onboardings
from nenrin.values import Text
from nenrin.web.playbooks import audience, editing, fields
from nenrin.web.playbooks.fields import Asked, Box
from nenrin.web.playbooks.standing import Standing
from nenrin.work.queue.plays import KINDS

TITLES = {
    "about": Text("Name, purpose and hypothesis", "名前・目的・仮説"),
    "who": Text("Accounts it is for", "対象の顧客"),
    "except": Text("Accounts left out", "対象から除く顧客"),
    "exit": Text("When a run ends early", "途中終了の条件"),
    "goal": Text("Goal", "目標"),
    "limits": Text("Limits", "歯止め"),
    "holdout": Text("Holdout", "未実施グループ"),
}
CONDITIONED = ("who", "except", "exit", "goal", "holdout")
#: What becomes of accounts, beside their measures.
BECOMING: Choices = (("churn", Text("Churn", "解約")), (onboardings.ONBOARDING, onboardings.NAME))
PLAYS: Choices = tuple((key, kind.title) for key, kind in KINDS.items() if key != "task")


@dataclass(frozen=True, slots=True)
class Detail:
    """What the form shows: its kind (step, trigger, or a part's name), its boxes, or the plain values of a part."""

    kind: str
    title: Text
    hint: Text
    boxes: tuple[Box, ...] = ()
    condition: Asked | None = None
    values: Mapping[str, Any] | None = None
    number: int = 0
    step: str = ""
    is_new: bool = False
    may_drop: bool = False
    metrics: Choices = ()
    plays: Choices = ()

    @property
    def counts(self) -> bool:
        """Whether its condition says whom the playbook is for: they are counted below it."""
        return self.kind in audience.PARTS


def detail(found: Standing, document: Mapping[str, Any], part: str, typed: QueryDict | None) -> Detail:
    """Raises Http404 for a part that there is not."""
    kind, _, name = part.partition(":")
    if kind in ("step", "new"):
        return _step(found, document, kind, name, typed)
    if kind in ("trigger", "newtrigger"):
        return _trigger(found, document, kind, name, typed)
    if part not in TITLES:
        raise Http404(part)
    asked = None
    if part in CONDITIONED:
        asked = fields.asked(_condition(document, part), found.fields, typed)
    metrics = (*BECOMING, *found.setting.choices.get("measures", ()))
    return Detail(
        part, TITLES[part], _HINTS[part], condition=asked, values=_whole(document), metrics=metrics, plays=PLAYS
    )


def _whole(document: Mapping[str, Any]) -> dict[str, Any]:
    """With empty words where the document has none: a form falls back on them."""
    hypothesis = {"words": "", **document.get("hypothesis", {})}
    return {"purpose": "", "goal": {"name": ""}, **document, "hypothesis": hypothesis}


def _condition(document: Mapping[str, Any], part: str) -> Any:
    if part == "goal":
        return (document.get("goal") or {}).get("when")
    if part == "holdout":
        return (document.get("holdout") or {}).get("never")
    return document.get(editing.CONDITIONS[part])


def _step(found: Standing, document: Mapping[str, Any], how: str, name: str, typed: QueryDict | None) -> Detail:
    here = None if how == "new" else editing.spot(dict(document), name)
    if how == "step" and here is None:
        raise Http404(name)
    told = here.step if here else {"do": name}
    kind = steps.KINDS.get(told["do"])
    if kind is None:
        raise Http404(name)
    made = fields.boxes(kind.params, told, found.setting, found.fields, _tasks(document), typed)
    numbers = {one.step["id"]: n for n, one in enumerate(editing.spots(document["steps"]), start=2)}
    return Detail("step", kind.name, kind.hint, tuple(made), number=numbers.get(name, 0), step=name if here else "",
                  is_new=here is None, may_drop=here is not None and len(numbers) > 1)  # fmt: skip


def _trigger(found: Standing, document: Mapping[str, Any], how: str, name: str, typed: QueryDict | None) -> Detail:
    rows = document["when"]
    place = int(name) if name.isdigit() and len(name) < 4 else -1
    if how == "trigger" and not 0 <= place < len(rows):
        raise Http404(name)
    told = {"trigger": name} if how == "newtrigger" else rows[place]
    kind = triggers.KINDS.get(told["trigger"])
    if kind is None:
        raise Http404(name)
    made = fields.boxes(kind.params, told, found.setting, found.fields, (), typed)
    return Detail("trigger", kind.name, kind.hint, tuple(made), number=place + 1, is_new=how == "newtrigger",
                  may_drop=how == "trigger" and len(rows) > 1)  # fmt: skip


def _tasks(document: Mapping[str, Any]) -> Choices:
    """Steps that open a task: what a later step can wait for."""
    rows = enumerate(editing.spots(document["steps"]), start=2)
    return tuple(
        (one.step["id"], Text(f"Step {n}", f"手順{n}"))
        for n, one in rows
        if one.step["do"] in ("open_task", "send_mail")
    )


def places(document: Document) -> list[tuple[str, Text]]:
    """Where a new step may stand: after each step, and first in each arm."""
    found: list[tuple[str, Text]] = []
    for key, place in laid_out(document).places.items():
        kind = steps.KINDS[place.step.kind]
        found.append((f"after:{key}", Text(f"After step {place.number}", f"手順{place.number}の後")))
        found += [
            (f"{arm}:{key}", _in_arm(place.number, name))
            for arm, name in zip(editing.ARMS, kind.arms or (), strict=False)
        ]
    last = document.steps[-1]
    return sorted(found, key=lambda one: one[0] != _at_end(last))


def _at_end(last: Step) -> str:
    return f"after:{last.key}"


def _in_arm(number: int, name: Text) -> Text:
    return Text(f"In step {number}, “{name.en}”", f"手順{number}の「{name.ja}」の中")


_NONE = Text("", "")
_HINTS = {
    "about": Text("The hypothesis says what should become better, by how much, and when you look.",
                  "仮説には、何がどれだけ良くなるか、いつ確かめるかを書く。"),
    "who": Text("A trigger lets in only accounts for which this holds.", "トリガーに該当しても、この条件に合う顧客だけが対象。"),
    "except": Text("Such as accounts in legal talks.", "法的協議中の顧客など。"),
    "exit": Text("Looked at before each step.", "各手順の前に確認。"),
    "goal": Text("A run that reaches it is done, wherever it stands.", "達成した時点で、途中でも完了とする。"),
    "limits": _NONE,
    "holdout": Text("Some accounts are left alone by chance, so that the effect can be measured.",
                    "効果を測るため、一部の顧客には無作為に実施しない。"),
}  # fmt: skip
