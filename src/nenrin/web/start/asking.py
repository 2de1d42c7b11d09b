"""The questions of first use as a form."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from nenrin.insight.start import answers
from nenrin.insight.start.focus import PROBLEMS, TEAMS, Focus
from nenrin.values import Text
from nenrin.web.spoken import spoken

#: How the parts that one may begin with are told apart in one list.
KINDS = {
    "phase": Text("Phase", "段階"),
    "tier": Text("Tier", "企業規模"),
    "segment": Text("Segment", "セグメント"),
}


class StartForm(forms.Form):
    """What is the greatest problem, how large is the team, and with whom to begin."""

    problem = forms.ChoiceField(
        label=_("What is the greatest problem?"),
        choices=[(key, spoken(name)) for key, name in PROBLEMS.items()],
        widget=forms.RadioSelect,
    )
    team = forms.ChoiceField(
        label=_("How large is the customer success team?"),
        choices=[(key, spoken(name)) for key, name in TEAMS.items()],
        widget=forms.RadioSelect,
    )
    begins_with = forms.ChoiceField(
        label=_("Where to begin"),
        required=False,
        help_text=_(
            "One phase narrows what shows; a tier or a segment is whom the baseline and the result are told of."
        ),
    )

    def __init__(self, data: Mapping[str, str] | None = None, *, focus: Focus) -> None:
        initial = {"problem": focus.problem, "team": focus.team, "begins_with": focus.begins_with}
        super().__init__(data, initial=initial)
        known = answers.parts()
        field = self.fields["begins_with"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, spoken(_told(key, name))) for key, name in known.items()]


def _told(key: str, name: Text) -> Text:
    kind = KINDS.get(key.partition(":")[0])
    return Text(f"{kind.en}: {name.en}", f"{kind.ja}: {name.ja}") if kind else name
