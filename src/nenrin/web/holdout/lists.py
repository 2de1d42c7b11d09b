"""Who is in the universal group, and everybody's first occasion since there is one: lists with filters, and as files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.customers.models import Account
from nenrin.foundation.permissions import Permission, allowed
from nenrin.playbooks.models import UniversalExposure
from nenrin.values import Text
from nenrin.web import exports, listing
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.holdout import asking
from nenrin.web.holdout.asking import VIEW

HEAD = (
    Text("Account", "顧客"), Text("State", "状態"), Text("Reason", "理由"), Text("Tier", "企業規模"), Text("Health", "ヘルス"),
    Text("Owner", "担当"), Text("First occasion", "最初の機会"), Text("Times left alone", "見送った回数"),
)  # fmt: skip
LOG_HEAD = (
    Text("Account", "顧客"), Text("Group", "グループ"), Text("First occasion", "最初の機会"), Text("Playbook", "プレイブック"),
    Text("Share", "割合"), Text("Strata", "層"),
)  # fmt: skip


@requires(VIEW)
def accounts(request: MemberRequest) -> HttpResponse:
    """The accounts of the group: left alone, or helped all the same, with the reason."""
    question = asking.asked(request)
    group = asking.group(request, question)
    page = listing.page_of(group.rows, request)
    context = {
        "as_of": request.at,
        "share": group.share,
        "asked": question,
        "page": page,
        "lines": asking.lines(list(page.object_list), group.helped),
        "states": asking.STATES,
        "all_met": asking.MET,
        "sort": question.sort,
        "is_filtered": bool(question.q or question.state or question.met),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "export_query": request.GET.urlencode(),
    }
    return render(request, "holdout/accounts.html", context)


@requires(Permission.EXPORT)
def accounts_export(request: MemberRequest, kind: str) -> Any:
    question, language = asking.asked(request), exports.language()
    group = asking.group(request, question, Permission.EXPORT)
    rows = list(group.rows)
    exports.note(request, "holdout", len(rows), _filters(request), room="playbooks")
    return exports.answer(kind, "holdout", [h.in_(language) for h in HEAD], _rows(rows, group, language), request.at)


def _rows(rows: list[Account], group: asking.Group, language: str) -> Iterator[list[object]]:
    for start in range(0, len(rows), exports.CHUNK):
        for line in asking.lines(rows[start : start + exports.CHUNK], group.helped):
            one, health = line.account, getattr(line.account, "health", None)
            yield [one.name, line.state.in_(language), line.why.reason if line.why else "", one.tier,
                   health.band if health else "", one.owner.name if one.owner else "", line.first, line.held]  # fmt: skip


@requires(VIEW)
def log(request: MemberRequest) -> HttpResponse:
    """Everybody's first occasion, in the group that was drawn for them."""
    page = listing.page_of(asking.log(request), request)
    arm = request.GET.get("arm", "")
    context = {
        "as_of": request.at,
        "page": page,
        "lines": [(row, asking.ARMS[row.arm]) for row in page.object_list],
        "arms": asking.ARMS,
        "arm": arm if arm in asking.ARMS else "",
        "q": listing.plain(request.GET.get("q")),
        "sort": listing.chosen_sort(request, asking.LOG_SORTS, "-at"),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "export_query": request.GET.urlencode(),
    }
    return render(request, "holdout/log.html", context)


@requires(Permission.EXPORT)
def log_export(request: MemberRequest, kind: str) -> Any:
    language = exports.language()
    rows = asking.log(request, Permission.EXPORT)
    exports.note(request, "holdout", rows.count(), _filters(request), room="playbooks")
    heads = [head.in_(language) for head in LOG_HEAD]
    return exports.answer(kind, "holdout-log", heads, _logged(rows.iterator(500), language), request.at)


def _logged(rows: Iterator[UniversalExposure], language: str) -> Iterator[list[object]]:
    for row in rows:
        yield [row.account.name, asking.ARMS[row.arm].in_(language), row.at, row.playbook.key, row.share, row.strata]


def _filters(request: MemberRequest) -> dict[str, str]:
    return {key: listing.plain(request.GET[key]) for key in ("q", "state", "met", "arm") if key in request.GET}


urlpatterns = [
    path("holdout/accounts", accounts, name="holdout-accounts"),
    path("holdout/accounts/export.<str:kind>", accounts_export, name="holdout-accounts-export"),
    path("holdout/log", log, name="holdout-log"),
    path("holdout/log/export.<str:kind>", log_export, name="holdout-log-export"),
]
