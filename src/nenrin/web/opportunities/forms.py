"""The forms of this area."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nenrin.customers.models import Subscription
from nenrin.customers.statuses import OPEN
from nenrin.foundation import format
from nenrin.values import Text
from nenrin.web.editing import day_field
from nenrin.web.handoffs.common import member, options
from nenrin.work.models import PlanObjective
from nenrin.work.models.opportunity import ANSWERS, KINDS
from nenrin.work.opportunities import dismissals, ending, opening, proposals, sales

MINOR = _("In the smallest unit of the contract's currency; negative where it shrinks.")
WHY = _("Why all the same")
WHY_HELP = _("Something speaks against it now. The reason is kept and shown.")
DAYS = (
    (30, Text("30 days", "30日")),
    (90, Text("90 days", "90日")),
    (180, Text("180 days", "180日")),
    (365, Text("1 year", "1年")),
)
NOTHING = Text("—", "—")
Choices = list[tuple[str, str]]


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _chosen(form: forms.Form, name: str, choices: Choices) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]


class EditForm(forms.Form):
    title = forms.CharField(label=_("What it is about"), required=False, max_length=opening.MOST_TITLE)
    expected_minor = forms.IntegerField(label=_("Expected change of MRR"), required=False, help_text=MINOR)
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=opening.MOST_STEP)
    due_on = day_field(_("Next step by"))
    owner = forms.ChoiceField(label=_("Owner"), required=False)

    def __init__(self, *args: Any, colleagues: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _chosen(self, "owner", colleagues)

    def told(self) -> dict[str, Any]:
        return self.cleaned_data | {"owner": member(self.cleaned_data["owner"])}


class NewForm(EditForm):
    kind = forms.ChoiceField(label=_("Kind of opportunity"))
    reason = forms.CharField(
        label=WHY, required=False, max_length=opening.MOST_REASON, widget=_area(2), help_text=WHY_HELP
    )
    field_order = ("kind", "reason", "title", "expected_minor", "next_step", "due_on", "owner")

    def __init__(self, *args: Any, is_held: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _chosen(self, "kind", options(KINDS))
        if not is_held:
            del self.fields["reason"]

    def told(self) -> dict[str, Any]:
        given = super().told()
        return given | {"expected": given.pop("expected_minor")}


class ProposeForm(forms.Form):
    reason = forms.CharField(label=WHY, required=False, max_length=500, widget=_area(2), help_text=WHY_HELP)
    objective = forms.ChoiceField(label=_("For which objective of theirs"), required=False)
    benefit = forms.CharField(label=_("What it does for their goal"), max_length=proposals.MOST_WORDS, widget=_area(4))
    cases = forms.CharField(
        label=_("Cases of similar customers"), required=False, max_length=proposals.MOST_WORDS, widget=_area(3)
    )
    terms = forms.CharField(
        label=_("What is offered"), required=False, max_length=proposals.MOST_WORDS, widget=_area(3)
    )
    offered_minor = forms.IntegerField(label=_("Change of MRR offered"), required=False, help_text=MINOR)
    on = day_field(_("Proposed on"), required=True)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=proposals.MOST_MINUTES, initial=30)

    def __init__(self, *args: Any, is_held: bool, goals: list[PlanObjective], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goals = {str(goal.pk): goal for goal in goals}
        blank = NOTHING.in_(get_language() or "ja")
        _chosen(self, "objective", [("", blank), *((key, goal.title) for key, goal in self.goals.items())])
        if not is_held:
            del self.fields["reason"]

    def told(self) -> dict[str, Any]:
        return self.cleaned_data | {"objective": self.goals.get(self.cleaned_data["objective"])}


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(label=_("What they said"))
    words = forms.CharField(
        label=_("Reason in their words"), required=False, max_length=proposals.MOST_ANSWER, widget=_area(2)
    )
    again_on = day_field(_("Ask again on"), help_text=_("Where the answer is “later”."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _chosen(self, "answer", options(ANSWERS))


class HandForm(forms.Form):
    seller = forms.ChoiceField(
        label=_("Seller"), required=False, help_text=_("Nobody chosen: whoever sold the account.")
    )

    def __init__(self, *args: Any, colleagues: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _chosen(self, "seller", colleagues)


class DeclineForm(forms.Form):
    words = forms.CharField(label=_("Why sales gives it back"), max_length=sales.MOST_WORDS, widget=_area(2))


class WinForm(forms.Form):
    won_minor = forms.IntegerField(label=_("Change of MRR that came of it"), help_text=MINOR)
    subscription = forms.ChoiceField(label=_("Contract"), required=False)
    words = forms.CharField(label=_("What came of it"), required=False, max_length=ending.MOST_WORDS, widget=_area(2))

    def __init__(self, *args: Any, account: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Subscription.objects.filter(account=account, status__in=OPEN, archived_at__isnull=True)
        self.contracts = {str(row.pk): row for row in rows.select_related("plan").order_by("-starts_on")}
        language = get_language() or "ja"
        named = [
            (key, f"{row.plan or '—'} ({format.day(row.starts_on, language)})") for key, row in self.contracts.items()
        ]
        _chosen(self, "subscription", [("", NOTHING.in_(language)), *named])

    def told(self) -> dict[str, Any]:
        return self.cleaned_data | {"subscription": self.contracts.get(self.cleaned_data["subscription"])}


class EndForm(forms.Form):
    words = forms.CharField(label=_("Why it ends here"), max_length=ending.MOST_WORDS, widget=_area(2))


class OpenForm(forms.Form):
    """Of a candidate: a reason is asked for where something holds it back."""

    reason = forms.CharField(
        label=WHY, required=False, max_length=opening.MOST_REASON, widget=_area(2), help_text=WHY_HELP
    )

    def __init__(self, *args: Any, is_held: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_held:
            del self.fields["reason"]


class DismissForm(forms.Form):
    words = forms.CharField(label=_("Why it is put away"), max_length=dismissals.MOST_WORDS, widget=_area(2))
    days = forms.TypedChoiceField(label=_("For how long"), coerce=int, initial=dismissals.DEFAULT_DAYS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "ja"
        _chosen(self, "days", [(str(days), word.in_(language)) for days, word in DAYS])
