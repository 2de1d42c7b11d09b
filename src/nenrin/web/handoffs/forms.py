"""The forms of handoffs: seven items with their waivers, questions sent back, the policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nenrin.customers.models import Contact
from nenrin.customers.statuses import DecisionRole, word
from nenrin.values import Text
from nenrin.web.editing import day_field
from nenrin.web.handoffs.common import members, options
from nenrin.work import handoffs
from nenrin.work.handing import policies
from nenrin.work.handoffs import Promised, Said
from nenrin.work.models import Handoff, HandoffItem, HandoffQuestion
from nenrin.work.models.handoff import FITS, ITEMS, Item

#: Lines for new promises on the form.
PROMISE_LINES = 3
HINTS: dict[Item, Text] = {
    Item.PURPOSE: Text(
        "Which problem did they want to solve, and why now?", "どの課題を解決したいのか。なぜ今なのか。"
    ),
    Item.SUCCESS: Text(
        "How will they say in a year that it was worth it? In their words.",
        "1年後に何がどうなれば成功か。お客様の言葉で。",
    ),
    Item.PEOPLE: Text(
        "Who decides, who works with it, who may stand in the way?", "決裁者・運用担当・慎重な人は誰か。体制は。"
    ),
    Item.DEAL: Text(
        "What decided the deal, who else was in it, what did they dislike?",
        "決め手・競合・懸念された点。値引きの経緯。",
    ),
    Item.SCHEDULE: Text(
        "By when must what work? What are they afraid of?", "いつまでに何が動く必要があるか。不安な点は。"
    ),
    Item.PROMISES: Text(
        "Each promise becomes a row of the ledger. Waive the item where nothing was promised.",
        "約束ごとに1行で登録する。何も約束していなければ「対応不要」とする。",
    ),
    Item.LITERACY: Text(
        "How do they work today, and how much help will they need?", "今の働き方と、どの程度の支援が必要か。"
    ),
}


class HandoffForm(forms.Form):
    """Seven items: `words-<item>` and `reason-<item>`; people; new promises; answers to questions; the fit expected."""

    def __init__(
        self,
        *args: Any,
        handoff: Handoff,
        items: Mapping[str, HandoffItem],
        people: Sequence[str],
        questions: Sequence[HandoffQuestion],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        language, told = get_language() or "ja", items
        self.questions = questions
        for question in questions:
            self.fields[f"answer-{question.pk}"] = _area(question.words, question.answer, handoffs.MOST_ANSWER, rows=2)
        for item, name in ITEMS.items():
            self._add_item(item, name.in_(language), told.get(item.value), language)
        self.fields["people"] = forms.MultipleChoiceField(
            label=_("People at the customer"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=_people(handoff, language),
            initial=people,
        )
        self._add_promises()
        self.fields["fit_expected"] = forms.ChoiceField(
            label=_("How well do we fit?"),
            required=False,
            choices=options(FITS, blank=Text("Not judged", "未評価")),
            initial=handoff.fit_expected,
            help_text=_("As sales sees it now; customer success says later what it found."),
        )

    def _add_item(self, item: Item, name: str, row: HandoffItem | None, language: str) -> None:
        self.fields[f"words-{item}"] = _area(
            name, row.words if row else "", handoffs.MOST_WORDS, HINTS[item].in_(language)
        )
        self.fields[f"reason-{item}"] = forms.CharField(
            label=_("Need not be answered, because"),
            required=False,
            max_length=handoffs.MOST_REASON,
            initial=row.reason if row else "",
        )

    def _add_promises(self) -> None:
        keepers = members()
        for n in range(PROMISE_LINES):
            self.fields[f"promise-{n}"] = forms.CharField(label=_("Promise"), required=False, max_length=500)
            self.fields[f"promise-due-{n}"] = day_field(_("Due day"))
            self.fields[f"promise-owner-{n}"] = forms.ChoiceField(
                label=_("Who keeps it"), required=False, choices=keepers
            )

    def blocks(self) -> list[tuple[int, Item, Any, Any]]:
        """Number, item, the field of its words, the field of its waiver."""
        return [(n, item, self[f"words-{item}"], self[f"reason-{item}"]) for n, item in enumerate(ITEMS, 1)]

    def promise_lines(self) -> list[tuple[Any, Any, Any]]:
        return [
            (self[f"promise-{n}"], self[f"promise-due-{n}"], self[f"promise-owner-{n}"]) for n in range(PROMISE_LINES)
        ]

    def answers(self) -> list[tuple[HandoffQuestion, Any]]:
        return [(question, self[f"answer-{question.pk}"]) for question in self.questions]

    def said(self) -> dict[str, Said]:
        given = self.cleaned_data
        return {item.value: Said(given[f"words-{item}"], given[f"reason-{item}"]) for item in ITEMS}

    def promised(self) -> list[Promised]:
        given = self.cleaned_data
        return [
            Promised(words, given[f"promise-due-{n}"], int(owner) if (owner := given[f"promise-owner-{n}"]) else None)
            for n in range(PROMISE_LINES)
            if (words := given[f"promise-{n}"].strip())
        ]

    def named(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["people"]]

    def by_field(self, said: Mapping[str, object]) -> dict[str, object]:
        """What a verb says of items, by the fields of this form."""
        return {self.field_of(name) or name: value for name, value in said.items()}

    def field_of(self, fault: str) -> str | None:
        """The field at which a verb's fault is said."""
        return f"words-{fault}" if fault in set(Item) else fault if fault in self.fields else None


def _area(label: Any, initial: str, most: int, hint: str = "", rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=most, initial=initial, help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


def _people(handoff: Handoff, language: str) -> list[tuple[str, str]]:
    rows = Contact.objects.filter(account=handoff.account_id, archived_at__isnull=True, left_on__isnull=True)
    return [
        (str(row.pk), f"{row.name} ({word(DecisionRole(row.role)).in_(language)})")
        for row in rows.order_by("name")[:200]
    ]


class BackForm(forms.Form):
    """Why it goes back: a question to any item, or to the whole."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "ja"
        for item, name in ITEMS.items():
            self.fields[f"question-{item}"] = _area(name.in_(language), "", handoffs.MOST_QUESTION, rows=2)
        whole = Text("About the whole", "全体について").in_(language)
        self.fields["question-"] = _area(whole, "", handoffs.MOST_QUESTION, rows=2)

    def asked(self) -> list[handoffs.Question]:
        return [
            handoffs.Question(words.strip(), name.removeprefix("question-"))
            for name, words in self.cleaned_data.items()
            if words.strip()
        ]


class PolicyForm(forms.Form):
    due_days = forms.IntegerField(
        label=_("Business days from the signature until sales sends it"), min_value=0, max_value=policies.MOST_DAYS
    )
    opens_itself = forms.BooleanField(
        label=_("Open a handoff by itself when a customer signs its first subscription"), required=False
    )
