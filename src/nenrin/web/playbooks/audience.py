"""Whom a playbook would reach now by the conditions in its form: counted beside it, and again whenever they change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.customers.models import Account
from nenrin.foundation.permissions import Permission
from nenrin.playbooks import audiences
from nenrin.playbooks.documents.programs import laid_out
from nenrin.playbooks.lives import Live
from nenrin.values import Text
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.playbooks import editing, standing
from nenrin.web.playbooks.standing import Standing

#: The parts of the form whose conditions say whom it is for.
PARTS = ("who", "except")
#: Accounts named of each line; the others are counted.
SHOWN = 100
OPEN = Text("May come in", "対象になり得る顧客")


@dataclass(frozen=True, slots=True)
class Line:
    """Those who may come in, or whom one rule keeps out: the first by name, and how many more."""

    name: Text
    count: int
    accounts: tuple[tuple[int, str], ...]

    @property
    def more(self) -> int:
        return self.count - len(self.accounts)


@requires(Permission.PLAYBOOKS_VIEW)
def audience(request: MemberRequest, key: str) -> HttpResponse:
    """A fragment for the form, which sends what is typed in it; a page of its own for whoever opens the address."""
    found = standing.of(key)
    document, problems = found.read(_typed(request, found))
    context = {**standing.head(request, found, "playbook"), "problems": [one.text for one in problems]}
    if document is not None:
        live = Live(found.row, found.shown, document, laid_out(document))
        mine = Account.objects.for_member(request.user, Permission.PLAYBOOKS_VIEW).standing()
        told = audiences.of(live, request.at, found.fields, mine)
        lines = [_line(OPEN, told.open), *(_line(one.name, one.accounts) for one in told.out)]
        context |= {"lines": lines, "met": told.met, "open": len(told.open), "lot": audiences.by_lot(told.chances)}
    page = "playbooks/audience.html" if request.htmx else "playbooks/audience_page.html"
    return render(request, page, context)


def _typed(request: MemberRequest, found: Standing) -> Mapping[str, Any] | None:
    """The document with the conditions that the form holds; None where it sends none."""
    part = request.GET.get("part", "")
    if part not in PARTS or not {"field", "yaml"} & request.GET.keys():
        return None
    return editing.with_part(found.document, part, request.GET, found.fields)


def _line(name: Text, accounts: tuple[tuple[int, str], ...]) -> Line:
    return Line(name, len(accounts), accounts[:SHOWN])


urlpatterns = [path("playbooks/<slug:key>/audience", audience, name="playbook-audience")]
