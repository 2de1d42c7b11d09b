"""Tiers (企業規模) and touch models: the rules in order, said as sentences; changed by form or as YAML after a look at
whom it would move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import ngettext

from nenrin.customers import rule_documents, rule_preview, rules, tiers, touch_models
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account
from nenrin.customers.rule_documents import Document, Unreadable
from nenrin.customers.rule_preview import Preview
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.accounts.filters import ALL
from nenrin.web.editing import version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.settings import rule_rows, rule_words

VIEW, EDIT = Permission.ACCOUNTS_VIEW, Permission.PRODUCTS_EDIT


@dataclass(frozen=True, slots=True)
class Kind:
    """Tiers or touch models: how they are read, tried and put in place."""

    name: str  # of the address, and of the page
    title: Text
    lead: Text
    column: str  # of the account
    filter: str  # of the account list
    has_touch: bool
    stands: Callable[[], Document]
    read: Callable[[Any], Sequence[Any]]
    preview: Callable[[Sequence[Any], Member, date], Preview]
    replace: Callable[..., int]
    version: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Line:
    """A rule in the list."""

    place: int
    key: str
    name: Text
    sentence: Text
    accounts: int
    decided: int  # of these, by somebody's decision and not by the rule
    channels: Text
    cadence: int | None
    minutes: int | None


TIERS = Kind(
    "tiers",
    Text("Tiers", "企業規模"),
    Text(
        "Every account has exactly one tier: that of the first rule that matches, from top to bottom.",
        "顧客の企業規模は必ず1つ。上から順に、最初に当てはまったルールで決まる。",
    ),
    "tier",
    "tier",
    False,
    rule_documents.standing_tiers,
    rule_documents.tiers,
    rule_preview.of_tiers,
    tiers.replace,
    tiers.version,
)
TOUCH_MODELS = Kind(
    "touch-models",
    Text("Touch models", "タッチモデル"),
    Text(
        "How we are with an account: channels, how often a person makes contact, how much time is planned. The first "
        "rule that matches decides, unless somebody decided otherwise for a while on the account.",
        "顧客との関わり方（チャネル・人による接触の間隔・予定工数）。最初に当てはまったルールで決まる。"
        "顧客ごとの期限付き手動変更が優先。",
    ),
    "touch_model",
    "touch",
    True,
    rule_documents.standing_models,
    lambda document: rule_documents.models(document, list(tiers.names())),
    rule_preview.of_models,
    touch_models.replace,
    touch_models.version,
)


def _list(request: MemberRequest, kind: Kind) -> HttpResponse:
    decided = Count("pk", filter=~Q(touch_override=""))
    rows = Account.objects.for_member(request.user, VIEW).standing().order_by()
    counted = {row[kind.column]: row for row in rows.values(kind.column).annotate(n=Count("pk"), decided=decided)}
    words, document = tiers.names(), kind.stands()
    lines = [_line(place, rule, counted.pop(rule["key"], {}), words) for place, rule in enumerate(document, 1)]
    context = {
        "as_of": request.at,
        "kind": kind,
        "lines": lines,
        "others": sum(row["n"] for row in counted.values()),
        "all": ALL,
        "edit_url": reverse(f"{kind.name}-edit"),
        "may_edit": allowed(request.user, EDIT) is not None,
    }
    return render(request, "customer_settings/rules.html", context)


def _line(place: int, rule: dict[str, Any], counted: dict[str, int], words: dict[str, Text]) -> Line:
    return Line(
        place,
        rule["key"],
        Text(**rule["name"]),
        rule_words.sentence(rules.parsed(rule["conditions"]), words),
        counted.get("n", 0),
        counted.get("decided", 0),
        rule_words.channels(rule.get("channels", ())),
        rule.get("contact_every_days"),
        rule.get("minutes_a_month"),
    )


def _edit(request: MemberRequest, kind: Kind) -> HttpResponse:
    """Form or YAML; `do=try` says whom it would move, `do=save` puts it in place."""
    version, stands = kind.version(), kind.stands()
    is_yaml = (request.POST.get("mode") or request.GET.get("mode")) == "yaml"
    written, document, problems, preview = rule_documents.as_yaml(stands), stands, list[Text](), None
    try:
        if request.method == "POST":
            written = request.POST.get("yaml", "")
            document = _asked(request, kind, is_yaml)
            found = kind.read(document)
            if request.POST.get("do") == "save":
                return _saved(request, kind, found)
            preview = kind.preview(found, request.user, organisation.today(request.at))
    except Unreadable as unreadable:
        problems = unreadable.problems
    except Conflict:
        problems, preview = [_STALE], kind.preview(found, request.user, organisation.today(request.at))
    except Refused as refused:
        problems = [fault.text for fault in refused.faults]
    blocks = None if is_yaml else rule_rows.blocks(document)
    context = {
        **_words(kind),
        "as_of": request.at,
        "blocks": blocks,
        "yaml": written if is_yaml else rule_documents.as_yaml(document),
        "version": version,
        "problems": problems,
        "preview": preview,
    }
    return render(request, "customer_settings/rules_edit.html", context, status=422 if problems else 200)


def _asked(request: MemberRequest, kind: Kind, is_yaml: bool) -> Any:
    if is_yaml:
        return rule_documents.from_yaml(request.POST.get("yaml", ""))
    return rule_rows.document(request.POST, has_touch=kind.has_touch)


def _saved(request: MemberRequest, kind: Kind, found: Sequence[Any]) -> HttpResponse:
    version = version_of(request.POST) or 0
    moved = kind.replace(found, by=Actor.of(request.user), at=request.at, version=version)
    said = ngettext("Saved. %(n)s account moved.", "Saved. %(n)s accounts moved.", moved) % {"n": moved}
    toasts.say(request, said)
    return HttpResponseRedirect(reverse(kind.name))


_STALE = Text(
    "Somebody changed these rules after you opened them. What you typed is below; saving again puts it in place of theirs.",
    "開いた後に別の人がルールを変更しました。入力内容は下に残っています。もう一度保存すると上書きします。",
)


def _words(kind: Kind) -> dict[str, Any]:
    """What the form's lists offer."""
    fields = {key: name for key, name in rules.FIELDS.items() if kind.has_touch or key != "tier"}
    return {
        "kind": kind,
        "back": reverse(kind.name),
        "crumbs": [(kind.title, reverse(kind.name))],
        "title": Text(f"Change {kind.title.en.lower()}", f"{kind.title.ja}を変更する"),
        "fields": fields.items(),
        "ops": rule_words.OPS.items(),
        "channels": rule_words.CHANNELS.items(),
        "known_tiers": tiers.names().items() if kind.has_touch else (),
        "currency": organisation.current().currency,
    }


@requires(VIEW)
def tier_list(request: MemberRequest) -> HttpResponse:
    """The tiers in order, each with its rule and its accounts."""
    return _list(request, TIERS)


@requires(EDIT)
def tiers_edit(request: MemberRequest) -> HttpResponse:
    return _edit(request, TIERS)


@requires(VIEW)
def touch_model_list(request: MemberRequest) -> HttpResponse:
    """The touch models in order, each with its rule, cadence, time, channels and accounts."""
    return _list(request, TOUCH_MODELS)


@requires(EDIT)
def touch_models_edit(request: MemberRequest) -> HttpResponse:
    return _edit(request, TOUCH_MODELS)


urlpatterns = [
    path("tiers", tier_list, name="tiers"),
    path("tiers/edit", tiers_edit, name="tiers-edit"),
    path("touch-models", touch_model_list, name="touch-models"),
    path("touch-models/edit", touch_models_edit, name="touch-models-edit"),
]
