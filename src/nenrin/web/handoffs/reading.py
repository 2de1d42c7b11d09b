"""A handoff as it is read: before the first meeting, by whoever takes the customer over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.customers.models import Contact
from nenrin.customers.statuses import DecisionRole, word
from nenrin.foundation.permissions import Permission, allowed
from nenrin.values import Text
from nenrin.web import navigation
from nenrin.web.accounts.head import find, head
from nenrin.web.attachments import pages as files
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.handoffs import common, ledger
from nenrin.web.handoffs.common import ACCEPT, EDIT, VIEW
from nenrin.work.handing import rows
from nenrin.work.models import Feedback, Handoff, HandoffItem, HandoffQuestion, Promise
from nenrin.work.models.feedback import KINDS, OUTCOMES, FeedbackKind, Outcome
from nenrin.work.models.handoff import FITS, ITEMS, RUNNING, STATES, WRITING, Fit, HandoffState, Item
from nenrin.work.models.promise import Origin


@dataclass(frozen=True, slots=True)
class Told:
    """One item: what is said to it, or why nothing; people or promises where it names some."""

    number: int
    key: str
    name: Text
    words: str
    reason: str
    people: tuple[tuple[Contact, Text], ...]
    promises: tuple[ledger.Line, ...]
    questions: tuple[HandoffQuestion, ...]

    @property
    def is_open(self) -> bool:
        return not (self.words or self.reason or self.people or self.promises)


@dataclass(frozen=True, slots=True)
class Reading:
    """A handoff with everything that belongs to it."""

    handoff: Handoff
    state: Text
    items: tuple[Told, ...]
    questions: tuple[HandoffQuestion, ...]
    rows: Mapping[str, HandoffItem]
    expected: Text
    found: Text
    is_late: bool
    is_running: bool
    is_writing: bool
    is_sent: bool
    is_accepted: bool
    is_dropped: bool

    @property
    def about_all(self) -> list[HandoffQuestion]:
        return [row for row in self.questions if not row.item]

    @property
    def named(self) -> list[str]:
        """Ids of the people of item 3, as a form holds them."""
        return [str(person.pk) for item in self.items for person, _ in item.people]


def one(request: MemberRequest, key: int, permission: Permission = VIEW) -> Handoff:
    """The handoff within the viewer's scope; a 404 otherwise."""
    found = Handoff.objects.for_member(request.user, permission)
    row = found.select_related("account", "seller", "receiver", "accepted_by").filter(pk=key).first()
    if row is None:
        raise Http404(f"handoff {key}")
    return row


def reading(handoff: Handoff, request: MemberRequest, promised: Iterable[Promise] | None = None) -> Reading:
    """Four queries: items, people, promises (unless told), questions. Words are dots for roles without personal data."""
    today, may_read = navigation.today(request), common.may_read(request)
    told = {row.item: row for row in handoff.items.all()}
    people = tuple(
        (row.contact, word(DecisionRole(row.contact.role)))
        for row in handoff.people.select_related("contact").order_by("contact__role", "contact__name")
    )
    if promised is None:
        promised = rows.promises_of(handoff.pk).select_related("owner", "given_by", "contact")
    promises = tuple(ledger.line(row, today, may_read) for row in promised)
    questions = [_masked(row, may_read) for row in handoff.questions.select_related("asked_by", "answered_by")]
    state = HandoffState(handoff.state)
    return Reading(
        handoff, STATES[state],
        tuple(_told(n, item, told.get(item), people, promises, questions, may_read) for n, item in enumerate(ITEMS, 1)),
        tuple(questions), told,
        FITS[Fit(handoff.fit_expected)], FITS[Fit(handoff.fit_found)],
        state in WRITING and handoff.due_on < today, state in RUNNING, state in WRITING,
        state is HandoffState.SENT, state is HandoffState.ACCEPTED, state is HandoffState.DROPPED,
    )  # fmt: skip


def _told(
    number: int, item: Item, row: HandoffItem | None, people: Any, promises: Any, questions: Any, may_read: bool
) -> Told:
    words, reason = (row.words, row.reason) if row else ("", "")
    return Told(
        number, item.value, ITEMS[item],
        words if may_read or not words else common.HIDDEN,
        reason if may_read or not reason else common.HIDDEN,
        people if item is Item.PEOPLE else (),
        promises if item is Item.PROMISES else (),
        tuple(one for one in questions if one.item == item),
    )  # fmt: skip


def _masked(row: HandoffQuestion, may_read: bool) -> HandoffQuestion:
    if not may_read:
        row.words, row.answer = common.HIDDEN, row.answer and common.HIDDEN
    return row


def permitted(request: MemberRequest, account: int) -> dict[str, bool]:
    may_edit = common.may(request, EDIT, account)
    is_same = allowed(request.user, EDIT) is allowed(request.user, ACCEPT)
    return {"may_edit": may_edit, "may_accept": may_edit if is_same else common.may(request, ACCEPT, account)}


@requires(VIEW)
def handoff(request: MemberRequest, key: int) -> HttpResponse:
    """All seven items on one page, to be read before the first meeting and printed for it."""
    row = one(request, key)
    may = permitted(request, row.account_id)
    context = {
        "as_of": request.at,
        "read": reading(row, request),
        "may_read": common.may_read(request),
        "fits": [(fit.value, FITS[fit]) for fit in Fit if fit],
        "files": files.shown(row, request, may_edit=may["may_edit"]),
        **may,
    }
    return render(request, "handoffs/handoff.html", context)


@requires(VIEW)
def account_handoff(request: MemberRequest, key: int) -> HttpResponse:
    """The account's tab: its last handoff, every promise, every feedback to sales."""
    account = find(request, key, VIEW)
    today, may_read = navigation.today(request), common.may_read(request)
    handoffs = Handoff.objects.filter(account=key).select_related("account", "seller", "receiver", "accepted_by")
    last = handoffs.exclude(state=HandoffState.DROPPED).first() or handoffs.first()
    promises = list(Promise.objects.filter(account=key).select_related("owner", "given_by", "contact"))
    of_last = [row for row in promises if last and (row.origin, row.origin_key) == (Origin.HANDOFF, str(last.pk))]
    feedback = Feedback.objects.filter(account=key).standing().select_related("author", "seller")
    context = {
        "head": head(account, request, here="handoff"),
        "as_of": request.at,
        "read": reading(last, request, of_last) if last else None,
        "lines": ledger.sorted_lines(promises, today, may_read),
        "feedback": [said(row, may_read) for row in feedback[:20]],
        "may_read": may_read,
        "fits": [(fit.value, FITS[fit]) for fit in Fit if fit],
        **permitted(request, key),
    }
    return render(request, "handoffs/tab.html", context)


def said(row: Feedback, may_read: bool) -> tuple[Feedback, Text, Text]:
    """A feedback with the words of its codes."""
    if not may_read:
        row.words, row.outcome_words = common.HIDDEN, row.outcome_words and common.HIDDEN
    return row, KINDS[FeedbackKind(row.kind)], OUTCOMES[Outcome(row.outcome)]


urlpatterns = [
    path("handoffs/<int:key>", handoff, name="handoff"),
    path("accounts/<int:key>/handoff", account_handoff, name="account-handoff"),
]
