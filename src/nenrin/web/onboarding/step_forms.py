"""A step of a template as a form, and a template with one step put in, changed or taken out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nenrin.values import Text
from nenrin.work.models.onboarding import KINDS, PARTIES, Kind, Party
from nenrin.work.onboarding import documents
from nenrin.work.onboarding.documents import Step, Template
from nenrin.work.onboarding.reading import KEY

LABELS = {
    "key": Text("Key", "キー"), "phase": Text("Phase", "フェーズ"),
    "title_ja": Text("Title, Japanese", "名前（日本語）"), "title_en": Text("Title, English", "名前（英語）"),
    "note_ja": Text("Guidance, Japanese", "説明（日本語）"), "note_en": Text("Guidance, English", "説明（英語）"),
    "kind": Text("Kind", "種類"), "party": Text("Whose", "担当側"), "days": Text("Business days", "営業日数"),
    "minutes": Text("Minutes of ours", "当社の工数（分）"), "after": Text("Waits for", "前提のステップ"),
    "wants": Text("Files wanted, a line each", "提出してもらうファイル（1行に1件）"),
    "needed": Text("First value needs it", "最初の成功体験に必要"),
    "serves_ja": Text("Otherwise: what it is for, Japanese", "不要な場合の目的（日本語）"),
    "serves_en": Text("Otherwise: what it is for, English", "不要な場合の目的（英語）"),
}  # fmt: skip
HINTS = {
    "note_ja": Text("Shown in the portal.", "お客様ポータルに表示。"), "note_en": Text("Shown in the portal.", "お客様ポータルに表示。"),
    "wants": Text("Japanese and English with | between them.", "日本語と英語を | で区切る。"),
    "key": Text("Small letters, digits, - and _; stays when the title changes.", "半角英小文字・数字・- _。名前を変えてもキーは変わらない。"),
}  # fmt: skip


class TemplateStepForm(forms.Form):
    key = forms.CharField(max_length=60)
    phase = forms.ChoiceField()
    title_ja = forms.CharField(max_length=200)
    title_en = forms.CharField(max_length=200)
    note_ja = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    note_en = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    kind = forms.ChoiceField()
    party = forms.ChoiceField()
    days = forms.IntegerField(min_value=1, max_value=documents.MOST_DAYS)
    minutes = forms.IntegerField(min_value=0, max_value=documents.MOST_MINUTES, required=False)
    after = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    wants = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    needed = forms.BooleanField(required=False)
    serves_ja = forms.CharField(max_length=300, required=False)
    serves_en = forms.CharField(max_length=300, required=False)

    def __init__(self, *args: Any, template: Template, step: Step | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.template, self.was = template, step
        language = get_language() or "ja"
        fields: dict[str, Any] = self.fields
        for name, label in LABELS.items():
            fields[name].label = label.in_(language)
        for name, hint in HINTS.items():
            fields[name].help_text = hint.in_(language)
        fields["phase"].choices = [(phase.key, phase.name.in_(language)) for phase in template.phases]
        fields["kind"].choices = [(key.value, words.in_(language)) for key, words in KINDS.items()]
        fields["party"].choices = [(key.value, words.in_(language)) for key, words in PARTIES.items()]
        fields["key"].disabled = step is not None
        others = [one for one in template.steps if step is None or one.key != step.key]
        fields["after"].choices = [(one.key, one.title.in_(language)) for one in others]

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"]).strip()
        if not KEY.fullmatch(key) or key == "new":
            raise forms.ValidationError(_("Small letters, digits, - and _."))
        taken = {one.key for one in self.template.steps} - ({self.was.key} if self.was else set())
        if key in taken:
            raise forms.ValidationError(_("Another step has this key."))
        return key

    def step(self) -> Step:
        told = self.cleaned_data
        return Step(
            key=told["key"], title=self._pair("title"), phase=told["phase"], note=self._pair("note"), kind=Kind(told["kind"]),
            party=Party(told["party"]), days=told["days"], after=tuple(told["after"]), minutes=told["minutes"],
            wants=_wants(told["wants"]), is_needed=told["needed"], serves=self._pair("serves"),
        )  # fmt: skip

    def _pair(self, name: str) -> Text:
        return Text(self.cleaned_data[f"{name}_en"].strip(), self.cleaned_data[f"{name}_ja"].strip())


def _wants(lines: str) -> tuple[Text, ...]:
    found = []
    for line in lines.splitlines():
        ja, _bar, en = (part.strip() for part in line.partition("|"))
        if ja:
            found.append(Text(en or ja, ja))
    return tuple(found)


def initial(step: Step | None, template: Template) -> dict[str, Any]:
    """What the form begins with: the step, or a new one at the end of the last phase."""
    if step is None:
        last = template.phases[-1] if template.phases else None
        return {"days": 1, "needed": True, "phase": last.key if last else "", "kind": "task", "party": "us"}
    return {
        "key": step.key, "phase": step.phase, "title_ja": step.title.ja, "title_en": step.title.en,
        "note_ja": step.note.ja, "note_en": step.note.en, "kind": step.kind.value, "party": step.party.value,
        "days": step.days, "minutes": step.minutes, "after": list(step.after), "needed": step.is_needed,
        "wants": "\n".join(f"{one.ja} | {one.en}" for one in step.wants),
        "serves_ja": step.serves.ja, "serves_en": step.serves.en,
    }  # fmt: skip


def put(template: Template, step: Step, phase: str) -> Template:
    """The template with this step in its place, or at the end of its phase where it is new or came from another."""
    phases = []
    for one in template.phases:
        stands = any(each.key == step.key for each in one.steps)
        if one.key == phase and stands:
            steps = tuple(step if each.key == step.key else each for each in one.steps)
        else:
            steps = tuple(each for each in one.steps if each.key != step.key)
            steps = (*steps, step) if one.key == phase else steps
        phases.append(replace(one, steps=steps))
    return replace(template, phases=tuple(phases))


def without(template: Template, key: str) -> Template:
    """The template without a step; who waited for it waits for what it waited for."""
    gone = next(step for step in template.steps if step.key == key)
    phases = tuple(
        replace(phase, steps=tuple(_free(step, gone) for step in phase.steps if step.key != key))
        for phase in template.phases
    )
    return replace(template, phases=phases)


def _free(step: Step, gone: Step) -> Step:
    if gone.key not in step.after:
        return step
    kept = [key for key in step.after if key != gone.key]
    return replace(step, after=tuple(dict.fromkeys([*kept, *gone.after])))
