"""Drafts to approve: who gets what and why; read, change, approve one or many, reject with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import deliver, drafts, gate
from nenrin.foundation.mail.errors import Conflict, Refused
from nenrin.foundation.models import Mail
from nenrin.foundation.models.mail import KINDS, MailState
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.search import normal
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain
from nenrin.web.mail import scope, words

SORTS = {"due": "send_after", "made": "created_at", "subject": "subject", "to": "to_address", "by": "by_name"}
HEADS = (
    Text("Subject", "件名"), Text("Name", "宛先名"), Text("Reader", "宛先"), Text("Account", "顧客"),
    Text("Kind of mail", "メールの種類"), Text("Why", "理由"), Text("Written by", "作成者"), Text("Written", "作成日時"),
    Text("Goes out", "送信予定"),
)  # fmt: skip


class DraftForm(forms.Form):
    """What may be changed before it goes out."""

    to_address = forms.CharField(label=_("Reader"), max_length=254, widget=forms.EmailInput)
    subject = forms.CharField(label=_("Subject"), max_length=300)
    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 16}), max_length=100_000)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


@requires(Permission.MAIL_VIEW)
def listing(request: MemberRequest) -> HttpResponse:
    """Drafts within one's scope, the first to go out on top unless asked otherwise."""
    rows, filters = _asked(request)
    sort = chosen_sort(request, SORTS, "due")
    page = page_of(ordered(rows, sort, SORTS), request)
    accounts = scope.account_names(page.object_list)
    waits = deliver.waits(request.at)
    context = {
        "as_of": request.at,
        "page": page,
        "lines": [words.line(row, accounts) for row in page.object_list],
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters.values()),
        "kinds": list(KINDS.items()),
        "query": request.GET.urlencode(),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "may_approve": allowed(request.user, Permission.MAIL_APPROVE) is not None,
        "waits": gate.WAITS.get(waits),
    }
    return render(request, "mail/drafts.html", context)


def _asked(request: MemberRequest) -> tuple[QuerySet[Mail], dict[str, str]]:
    """Drafts by words of the subject, the reader or the account, and by kind."""
    filters = {"q": plain(request.GET.get("q")), "kind": plain(request.GET.get("kind"))}
    rows = scope.mails(request.user, Permission.MAIL_VIEW).filter(state=MailState.DRAFT)
    if words_ := filters["q"]:
        accounts = Account.objects.filter(search__contains=normal(words_)).values("pk")
        reader = Q(to_name__icontains=words_) | Q(to_address__icontains=words_)
        rows = rows.filter(Q(subject__icontains=words_) | reader | Q(account__in=accounts))
    return (rows.filter(kind=filters["kind"]) if filters["kind"] else rows), filters


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, in its order, for who may see mails and export their accounts."""
    rows, filters = _asked(request)
    rows = rows.filter(pk__in=scope.mails(request.user, Permission.EXPORT).values("pk"))
    rows = rows if allowed(request.user, Permission.MAIL_VIEW) else rows.none()
    rows = ordered(rows, chosen_sort(request, SORTS, "due"), SORTS)
    language = exports.language()

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows, Mail.objects.all()):
            accounts = scope.account_names(chunk)
            for row in chunk:
                yield _cells(words.line(row, accounts), language)

    exports.note(request, "mail", rows.count(), {**filters, "state": "draft"}, room="foundation")
    return exports.answer(kind, "drafts", [head.in_(language) for head in HEADS], lines(), request.at)


def _cells(line: words.Line, language: str) -> list[Any]:
    row = line.mail
    return [
        row.subject, row.to_name, row.to_address, line.account[1] if line.account else "", line.kind.in_(language),
        line.why.in_(language) if line.why else "", row.by_name, row.created_at.isoformat(), row.send_after.isoformat(),
    ]  # fmt: skip


@requires(Permission.MAIL_VIEW)
def draft(request: MemberRequest, key: int) -> HttpResponse:
    """One draft as it would go out; a form for whoever may approve it."""
    row = _one(request, key, Permission.MAIL_VIEW)
    if row.state != MailState.DRAFT:
        return HttpResponseRedirect(reverse("outbox-mail", args=[row.pk]))
    may = allowed(request.user, Permission.MAIL_APPROVE) is not None and _is_approvable(request, key)
    if request.method == "POST" and not may:
        raise Http404
    initial = {name: getattr(row, name) for name in (*drafts.CHANGEABLE, "version")}
    form = DraftForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _edited(request, row, form):
        if "approve" in request.POST:
            drafts.approve([row.pk], by=Actor.of(request.user), at=request.at)
            messages.success(request, gettext("Approved: it goes out when it is due."))
            return HttpResponseRedirect(reverse("drafts"))
        messages.success(request, gettext("Draft saved."))
        return HttpResponseRedirect(reverse("draft", args=[row.pk]))
    line = words.line(row, scope.account_names([row]))
    context = {"as_of": request.at, "line": line, "row": row, "form": form, "may_approve": may}
    return render(request, "mail/draft.html", context)


def _edited(request: MemberRequest, row: Mail, form: DraftForm) -> bool:
    told = {name: form.cleaned_data[name] for name in drafts.CHANGEABLE}
    try:
        drafts.edit(row, by=Actor.of(request.user), at=request.at, version=form.cleaned_data["version"], **told)
    except Refused as refused:
        fields = {"to": "to_address"}
        for name, fault in refused.faults.items():
            form.add_error(fields.get(name, name), fault.in_(exports.language()))
        return False
    except Conflict:
        form.add_error(None, gettext("Somebody else changed this draft in the meantime. Load the page again."))
        return False
    return True


@require_POST
@requires(Permission.MAIL_APPROVE)
def approve(request: MemberRequest) -> HttpResponse:
    """Every ticked draft within one's scope."""
    done = drafts.approve(_ticked(request), by=Actor.of(request.user), at=request.at)
    told = ngettext("%(n)s draft approved.", "%(n)s drafts approved.", len(done)) % {"n": len(done)}
    messages.success(request, told) if done else messages.info(request, gettext("No draft was ticked."))
    return HttpResponseRedirect(reverse("drafts"))


@require_POST
@requires(Permission.MAIL_APPROVE)
def reject(request: MemberRequest) -> HttpResponse:
    """Every ticked draft, with the reason."""
    try:
        done = drafts.reject(_ticked(request), why=plain(request.POST.get("why"), 300), by=Actor.of(request.user), at=request.at)  # fmt: skip
    except Refused:
        messages.error(request, gettext("Say why these drafts do not go out."))
        return HttpResponseRedirect(reverse("drafts"))
    told = ngettext("%(n)s draft rejected.", "%(n)s drafts rejected.", len(done)) % {"n": len(done)}
    messages.success(request, told) if done else messages.info(request, gettext("No draft was ticked."))
    return HttpResponseRedirect(reverse("drafts"))


def _ticked(request: MemberRequest) -> list[int]:
    asked = [int(key) for key in request.POST.getlist("id") if key.isascii() and key.isdigit() and len(key) < 16]
    rows = scope.mails(request.user, Permission.MAIL_APPROVE).filter(pk__in=asked[:1000], state=MailState.DRAFT)
    return list(rows.values_list("pk", flat=True))


def _is_approvable(request: MemberRequest, key: int) -> bool:
    return scope.mails(request.user, Permission.MAIL_APPROVE).filter(pk=key).exists()


def _one(request: MemberRequest, key: int, permission: Permission) -> Mail:
    row: Mail | None = scope.mails(request.user, permission).filter(pk=key).first()
    if row is None:
        raise Http404
    return row


urlpatterns: list[Any] = [
    path("drafts", listing, name="drafts"),
    path("drafts/export.<str:kind>", export, name="drafts-export"),
    path("drafts/approve", approve, name="drafts-approve"),
    path("drafts/reject", reject, name="drafts-reject"),
    path("drafts/<int:key>", draft, name="draft"),
]
