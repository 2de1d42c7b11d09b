"""The outbox: every mail with its state and why it was not sent; unknown ones for a person to settle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import claims, deliver, drafts, gate, law, reasons
from nenrin.foundation.mail.outbox import STOPPABLE
from nenrin.foundation.models import Entry, Mail
from nenrin.foundation.models.mail import KINDS, STATES, Kind, MailState
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.values import Text
from nenrin.web import exports, telling
from nenrin.web.components import Fact, Moment, Tab
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain
from nenrin.web.mail import scope, words

SORTS = {"made": "created_at", "due": "send_after", "sent": "handed_over_at", "subject": "subject", "to": "to_address",
         "state": "state"}  # fmt: skip
FILTERS = ("q", "state", "kind", "reason", "account")
HEADS = (
    Text("Subject", "件名"), Text("To", "宛先"), Text("Account", "顧客"), Text("Kind", "種類"), Text("State", "状態"),
    Text("Why", "理由"), Text("Provider's words", "配信サービスの応答"), Text("By", "作成"), Text("Approved by", "承認者"),
    Text("Made", "作成日時"), Text("Due", "送信予定"), Text("Sent", "送信日時"), Text("Attempts", "試行回数"),
    Text("Message-ID", "Message-ID"),
)  # fmt: skip
DEEDS = {
    "arrived": (drafts.arrived, (MailState.UNKNOWN,), _("Noted as arrived.")),
    "again": (drafts.send_again, (MailState.UNKNOWN,), _("It is sent again, under the same Message-ID.")),
    "give-up": (drafts.give_up, (MailState.UNKNOWN,), _("Given up.")),
    "stop": (drafts.stop, STOPPABLE, _("It is not sent.")),
    "hurry": (drafts.hurry, (MailState.QUEUED,), _("It goes out at once.")),
}


@requires(Permission.MAIL_VIEW)
def listing(request: MemberRequest) -> HttpResponse:
    rows, filters = _asked(request)
    sort = chosen_sort(request, SORTS, "-made")
    page = page_of(ordered(rows, sort, SORTS), request)
    accounts = scope.account_names(page.object_list)
    is_all = allowed(request.user, Permission.MAIL_VIEW) is Scope.ALL
    waits = deliver.waits(request.at, is_marketing=filters["kind"] == Kind.MARKETING or _has_marketing(rows))
    context = {
        "as_of": request.at,
        "page": page,
        "lines": [words.line(row, accounts) for row in page.object_list],
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters.values()),
        "query": request.GET.urlencode(),
        "states": list(STATES.items()),
        "kinds": list(KINDS.items()),
        "reasons": [(code, reasons.of(code)) for code in reasons.REASONS],
        "facts": _facts(request) if is_all else (),
        "waits": gate.WAITS.get(waits),
        "opens_at": None if waits or claims.is_open(request.at) else claims.opens_at(request.at),
        "tabs": _tabs(request, filters["state"]),
        "may_approve": allowed(request.user, Permission.MAIL_APPROVE) is not None,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "mail/outbox.html", context)


def _facts(request: MemberRequest) -> tuple[Fact, ...]:
    """The law of sending, of everything there ever was."""
    found = law.law()
    labels = {
        "audience": Text("Meant to be sent", "送信対象"),
        "sent": Text("Sent", "送信済み"),
        "suppressed": Text("Not sent", "送信対象外"),
        "failed": Text("Failed", "失敗"),
        "unknown": Text("Unknown", "結果不明"),
        "pending": Text("Waiting", "送信待ち"),
    }
    return tuple(
        Fact(label, f"{getattr(found, name):,}", meaning=_MEANINGS[name], at=request.at)
        for name, label in labels.items()
    ) + (() if found.holds else (Fact(Text("They do not add up", "合計が一致しません"), "!", meaning=_BROKEN),))


_BROKEN = Text(
    "Rows are missing or were changed outside Nenrin: compare with a backup.",
    "行の欠落、またはNenrin以外からの変更があります。バックアップと比較してください。",
)
_MEANINGS = {
    "audience": Text(
        "Counted when the mails were asked for. It equals sent + not sent + failed + unknown + waiting.",
        "作成時に数えた件数。送信済み＋送信対象外＋失敗＋結果不明＋送信待ちと一致します。",
    ),
    "sent": Text(
        "Taken by the mail server, bounced ones and those reported as spam included.",
        "メールサーバーが受け付けた件数。不達と迷惑メール報告を含みます。",
    ),
    "suppressed": Text(
        "Withheld with a reason, or cancelled: each row says why.",
        "理由があって送らなかった、または取り消した件数。理由は各行にあります。",
    ),
    "failed": Text("Refused for good, or tried too often.", "受信側の拒否、または再試行の上限に達した件数。"),
    "unknown": Text(
        "May have arrived: the line broke or the worker ended in the middle. Never sent again by itself.",
        "送信処理の途中で切れ、到着したか分からない件数。自動では再送しません。",
    ),
    "pending": Text("Drafts, and what waits for its time.", "下書きと送信待ちの件数。"),
}


def _tabs(request: MemberRequest, state: str) -> list[Tab]:
    unknown = scope.mails(request.user, Permission.MAIL_VIEW).filter(state=MailState.UNKNOWN).count()
    here = reverse("outbox")
    return [
        Tab(Text("All mails", "すべて"), here, is_here=state != MailState.UNKNOWN),
        Tab(Text("Unknown", "結果不明"), f"{here}?state=unknown", is_here=state == MailState.UNKNOWN, count=unknown),
    ]


def _asked(request: MemberRequest) -> tuple[QuerySet[Mail], dict[str, str]]:
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    rows = scope.mails(request.user, Permission.MAIL_VIEW)
    if filters["state"] in STATES:
        rows = rows.filter(state=filters["state"])
    if filters["kind"] in KINDS:
        rows = rows.filter(kind=filters["kind"])
    if filters["reason"] in reasons.REASONS:
        rows = rows.filter(reason=filters["reason"])
    if filters["account"].isdecimal() and len(filters["account"]) < 16:
        key = int(filters["account"])
        absorbed = Account.objects.filter(merged_into=key).values("pk")
        rows = rows.filter(Q(account=key) | Q(account__in=absorbed))
    if filters["q"]:
        said = (
            Q(subject__icontains=filters["q"])
            | Q(to_address__icontains=filters["q"])
            | Q(to_name__icontains=filters["q"])
        )
        rows = rows.filter(said)
    return rows, filters


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> Any:
    """The list as a file, for who may see mails."""
    rows, filters = _asked(request)
    rows = rows if allowed(request.user, Permission.MAIL_VIEW) else rows.none()
    language = exports.language()

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows.order_by("-pk"), Mail.objects.all()):
            accounts = scope.account_names(chunk)
            for row in chunk:
                yield _cells(words.line(row, accounts), language)

    exports.note(request, "mail", rows.count(), filters, room="foundation")
    return exports.answer(kind, "mails", [head.in_(language) for head in HEADS], lines(), request.at)


def _cells(line: words.Line, language: str) -> list[Any]:
    row = line.mail
    return [
        row.subject, row.to_address, line.account[1] if line.account else "", line.kind.in_(language),
        line.state.in_(language), line.reason.in_(language) if line.reason else "", row.detail, row.by_name,
        row.approved_by, row.created_at.isoformat(), row.send_after.isoformat(),
        row.handed_over_at.isoformat() if row.handed_over_at else "", row.attempts, row.message_id,
    ]  # fmt: skip


@requires(Permission.MAIL_VIEW)
def mail(request: MemberRequest, key: int) -> HttpResponse:
    """One mail: what it says, what became of it, what can still be done."""
    row: Mail | None = scope.mails(request.user, Permission.MAIL_VIEW).filter(pk=key).first()
    if row is None:
        raise Http404
    entries = Entry.objects.filter(references__kind="mail", references__key=str(key)).select_related("personal")
    history = [
        Moment(telling.sentence(entry, _words_of(entry)), entry.recorded_at, by=str(entry.particulars.get("by", "")))
        for entry in entries.order_by("-id")[:30]
    ]
    may = scope.mails(request.user, Permission.MAIL_APPROVE).filter(pk=key).exists() if _may(request) else False
    context = {
        "as_of": request.at,
        "line": words.line(row, scope.account_names([row])),
        "row": row,
        "history": history,
        "may_approve": may,
        "is_stoppable": row.state in STOPPABLE,
        "waits": gate.WAITS.get(_waits_for(request, row)) if row.state == MailState.QUEUED else None,
        "is_held": row.state == MailState.QUEUED and row.send_after > request.at,
        "is_letter": row.kind != Kind.TRANSACTIONAL,
    }
    return render(request, "mail/mail.html", context)


def _waits_for(request: MemberRequest, row: Mail) -> str:
    return deliver.waits(request.at, is_marketing=row.kind == Kind.MARKETING)


def _has_marketing(rows: QuerySet[Mail]) -> bool:
    return rows.filter(state=MailState.QUEUED, kind=Kind.MARKETING).exists()


def _may(request: MemberRequest) -> bool:
    return allowed(request.user, Permission.MAIL_APPROVE) is not None


def _words_of(entry: Entry) -> dict[str, Any]:
    part = getattr(entry, "personal", None)
    return dict(part.payload) if part else {}


@require_POST
@requires(Permission.MAIL_APPROVE)
def deed(request: MemberRequest, key: int) -> HttpResponse:
    """Settle an unknown one, stop one that waits, or send it at once."""
    rows = scope.mails(request.user, Permission.MAIL_APPROVE).filter(pk=key)
    if not rows.exists():
        raise Http404
    wanted = DEEDS.get(request.POST.get("do", ""))
    if wanted is None:
        return HttpResponse(gettext("That is not one of the ways."), status=400, content_type="text/plain")
    do, states, said = wanted
    if rows.filter(state__in=states).exists() and do([key], by=Actor.of(request.user), at=request.at):
        messages.success(request, str(said))
    else:
        messages.info(request, gettext("Nothing was changed: the mail is in another state by now."))
    return HttpResponseRedirect(reverse("outbox-mail", args=[key]))


urlpatterns: list[Any] = [
    path("mails", listing, name="outbox"),
    path("mails/export.<str:kind>", export, name="outbox-export"),
    path("mails/<int:key>", mail, name="outbox-mail"),
    path("mails/<int:key>/deed", deed, name="outbox-deed"),
]
