"""A stage of a journey as a form, its criteria as rows, and a journey with one stage put in, moved or taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language

from nenrin.analytics.conditions import Field
from nenrin.analytics.revenue.catalogue import GROUPS, KPIS
from nenrin.playbooks.models import Playbook
from nenrin.values import Text
from nenrin.web.segments import editing
from nenrin.work.journeys import documents, kpis
from nenrin.work.journeys.documents import Design, Link, StageDesign
from nenrin.work.journeys.kpis import Kpi
from nenrin.work.onboarding import templates

LABELS = {
    "stage": Text("Stage", "ステージ"),
    "name_ja": Text("Name here, Japanese", "このジャーニーでの名前（日本語）"),
    "name_en": Text("Name here, English", "このジャーニーでの名前（英語）"),
    "goal_ja": Text("The customer's goal, Japanese", "お客様のゴール（日本語）"),
    "goal_en": Text("The customer's goal, English", "お客様のゴール（英語）"),
    "touchpoints": Text("Touchpoints", "接点"), "theirs": Text("What the customer does", "お客様の行動"),
    "ours": Text("What customer success does", "カスタマーサクセスの行動"),
    "marketing": Text("What marketing does", "マーケティングの行動"), "content": Text("Content", "コンテンツ"),
    "kpi_key": Text("KPI of the catalogue", "KPI（一覧から選択）"),
    "kpi_ja": Text("KPI in words, Japanese", "KPIの説明（日本語）"), "kpi_en": Text("KPI in words, English", "KPIの説明（英語）"),
    "kpi_target": Text("Target of the KPI", "KPIの目標値"),
    "days": Text("Expected days", "想定日数"), "stuck_after": Text("Stuck after (days)", "停滞とみなす日数"),
    "in_time": Text("Should move on in time (%)", "想定日数内に進む割合の目標（%）"),
    "onboarding_template": Text("Onboarding template", "オンボーディングのテンプレート"),
    "playbooks": Text("Playbooks", "プレイブック"),
}  # fmt: skip
_LINES = Text("One a line, Japanese and English with | between them.", "1行に1件。日本語と英語を | で区切る。")
HINTS = {
    "touchpoints": _LINES, "theirs": _LINES, "ours": _LINES, "marketing": _LINES,
    "content": Text("One a line: Japanese | English | https://…", "1行に1件。日本語 | 英語 | https://… の形。"),
    "kpi_key": Text("Its present figure is shown beside the stage.", "現在の値をステージに表示します。"),
    "kpi_ja": Text("Needed only without a KPI of the catalogue.", "一覧から選んだ場合は省略可。"),
    "kpi_target": Text("Of a KPI of the catalogue a number; of shares with %, such as 90 %.", "一覧から選んだ場合は数値。割合は「90 %」の形。"),
    "days": Text("Calendar days, the first counted. Empty: no limit.", "入った日を1日目とする暦日。空欄は上限なし。"),
    "stuck_after": Text("Empty: half as long again as expected.", "空欄は想定日数の1.5倍。"),
}  # fmt: skip
SIDES = ("enters", "exits")


class StageForm(forms.Form):
    stage = forms.ChoiceField()
    name_ja = forms.CharField(max_length=60, required=False)
    name_en = forms.CharField(max_length=60, required=False)
    goal_ja = forms.CharField(max_length=300, required=False)
    goal_en = forms.CharField(max_length=300, required=False)
    touchpoints = forms.CharField(max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    theirs = forms.CharField(max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    ours = forms.CharField(max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    marketing = forms.CharField(max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    content = forms.CharField(max_length=8000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    kpi_key = forms.ChoiceField(required=False)
    kpi_ja = forms.CharField(max_length=120, required=False)
    kpi_en = forms.CharField(max_length=120, required=False)
    kpi_target = forms.CharField(max_length=60, required=False)
    days = forms.IntegerField(min_value=1, max_value=documents.MOST_DAYS, required=False)
    stuck_after = forms.IntegerField(min_value=1, max_value=documents.MOST_DAYS, required=False)
    in_time = forms.IntegerField(min_value=1, max_value=100)
    onboarding_template = forms.ChoiceField(required=False)
    playbooks = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, design: Design, stage: StageDesign | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "ja"
        fields: dict[str, Any] = self.fields
        for name, label in LABELS.items():
            fields[name].label = label.in_(language)
        for name, hint in HINTS.items():
            fields[name].help_text = hint.in_(language)
        free = [key for key in documents.STAGES if key not in design.keys or (stage and key == stage.stage)]
        fields["stage"].choices = [(key, documents.stage_name(key).in_(language)) for key in free]
        fields["stage"].disabled = stage is not None
        fields["onboarding_template"].choices = [
            ("", "—"),
            *((one.template.key, templates.name(one).in_(language)) for one in templates.all_in_use()),
        ]
        fields["kpi_key"].choices = _catalogue(stage.kpi.key if stage and stage.kpi else "", language)
        kept = stage.playbooks if stage else ()
        keys = list(dict.fromkeys([*Playbook.objects.order_by("key").values_list("key", flat=True), *kept]))
        fields["playbooks"].choices = [(key, key) for key in keys]

    def made(self, criteria: Mapping[str, Any]) -> StageDesign:
        told = self.cleaned_data
        name = Text(
            told["name_en"].strip() or told["name_ja"].strip(), told["name_ja"].strip() or told["name_en"].strip()
        )
        return StageDesign(
            told["stage"], name if name.ja else documents.stage_name(told["stage"]), self._pair("goal"),
            _texts(told["touchpoints"]), _texts(told["theirs"]), _texts(told["ours"]), _texts(told["marketing"]), _links(told["content"]),
            self._kpi(),
            criteria.get("enters"), criteria.get("exits"), told["days"], told["stuck_after"], told["in_time"],
            told["onboarding_template"], tuple(told["playbooks"]),
        )  # fmt: skip

    def _kpi(self) -> Kpi | None:
        key, target, name = self.cleaned_data["kpi_key"], self.cleaned_data["kpi_target"].strip(), self._pair("kpi")
        if not (key or name.ja or target):
            return None
        return Kpi(name if name.ja or not key else kpis.name_of(key), target, key)

    def _pair(self, name: str) -> Text:
        en, ja = (self.cleaned_data[f"{name}_{language}"].strip() for language in ("en", "ja"))
        return Text(en or ja, ja or en)


def _catalogue(kept: str, language: str) -> list[tuple[str, Any]]:
    """The KPIs that have figures, by group, and the one that stands."""
    groups = [
        (
            name.in_(language),
            [(one.key, one.name.in_(language)) for one in KPIS.values() if one.group == key and not one.waits],
        )
        for key, name in GROUPS.items()
    ]
    known = {key for _, rows in groups for key, _ in rows}
    standing = [(kept, kpis.name_of(kept).in_(language))] if kept and kept not in known else []
    return [("", "—"), *standing, *(group for group in groups if group[1])]


def _texts(lines: str) -> tuple[Text, ...]:
    found = []
    for line in lines.splitlines():
        ja, _bar, en = (part.strip() for part in line.partition("|"))
        if ja or en:
            found.append(Text(en or ja, ja or en))
    return tuple(found)


def _links(lines: str) -> tuple[Link, ...]:
    found = []
    for line in filter(str.strip, lines.splitlines()):
        parts = [part.strip() for part in line.split("|")]
        title = Text(parts[1] if len(parts) > 2 else parts[0], parts[0])
        found.append(Link(title, parts[-1] if len(parts) > 1 else ""))
    return tuple(found)


def initial(stage: StageDesign | None) -> dict[str, Any]:
    """What the form begins with."""
    if stage is None:
        return {"in_time": documents.IN_TIME}
    is_own = stage.kpi is not None and not (stage.kpi.key and stage.kpi.name == kpis.name_of(stage.kpi.key))
    return {
        "stage": stage.stage, "name_ja": stage.name.ja, "name_en": stage.name.en, "goal_ja": stage.goal.ja,
        "goal_en": stage.goal.en, "touchpoints": _written(stage.touchpoints), "theirs": _written(stage.theirs),
        "ours": _written(stage.ours), "marketing": _written(stage.marketing), "content": "\n".join(f"{one.title.ja} | {one.title.en} | {one.url}" for one in stage.content),
        "kpi_key": stage.kpi.key if stage.kpi else "", "kpi_ja": stage.kpi.name.ja if stage.kpi and is_own else "",
        "kpi_en": stage.kpi.name.en if stage.kpi and is_own else "",
        "kpi_target": stage.kpi.target if stage.kpi else "", "days": stage.days, "stuck_after": stage.stuck_after,
        "in_time": stage.in_time, "onboarding_template": stage.onboarding_template, "playbooks": list(stage.playbooks),
    }  # fmt: skip


def _written(texts: Sequence[Text]) -> str:
    return "\n".join(f"{one.ja} | {one.en}" for one in texts)


@dataclass(frozen=True, slots=True)
class Criteria:
    """One side's condition as typed: rows, or YAML where it is nested."""

    side: str
    match: str
    rows: Sequence[editing.Row]
    yaml: str


def typed(form: QueryDict, side: str, fields: Mapping[str, Field]) -> Any:
    """The condition that the form states for one side."""
    part = QueryDict(mutable=True)
    for name in ("field", "op", "value", "match", "mode", "yaml"):
        part.setlist(name, form.getlist(f"{side}_{name}"))
    return editing.document(part, fields)


def criteria(side: str, document: Any, fields: Mapping[str, Field]) -> Criteria:
    """A condition as the form shows it, with room for one more row."""
    found = document or documents.EVERYBODY
    flat = editing.rows(found, fields)
    if flat is None:
        return Criteria(side, "all", (), found if isinstance(found, str) else editing.as_yaml(found))
    match, rows = flat
    return Criteria(side, match, [*rows, editing.Row()], "")


def put(design: Design, stage: StageDesign) -> Design:
    """The journey with this stage in its place, or at the end where it is new."""
    if design.find(stage.stage):
        return replace(design, stages=tuple(stage if one.stage == stage.stage else one for one in design.stages))
    return replace(design, stages=(*design.stages, stage))


def without(design: Design, stage: str) -> Design:
    return replace(design, stages=tuple(one for one in design.stages if one.stage != stage))


def moved(design: Design, stage: str, by: int) -> Design:
    """The journey with a stage one place up or down; as it is at its ends."""
    place, rows = design.place(stage), list(design.stages)
    to = place + by
    if place >= 0 and 0 <= to < len(rows):
        rows[place], rows[to] = rows[to], rows[place]
    return replace(design, stages=tuple(rows))
