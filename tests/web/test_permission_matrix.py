"""The permission matrix: every address of the product, for every role, on own and foreign objects.

The addresses come from the urlconf, so a new page is in the matrix the moment it is there: one that declares no
permission, or whose objects this file does not know, fails here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from nenrin.api.rest import api
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation, WebhookDelivery
from nenrin.foundation.permissions import GRANTS, READS, FieldClass, Permission, Scope
from nenrin.foundation.roles import Role
from nenrin.foundation.webhooks import endpoints, feed
from tests.web import matrix_world
from tests.web.matrix_world import ASKED, CANARY, World

pytestmark = pytest.mark.django_db

#: An address begins with -> the kinds of its ids, in their order. The longest beginning counts.
IDS: dict[str, tuple[str, ...]] = {
    "onboarding/<int:": ("onboarding",),
    "onboarding/<int:key>/steps/<int:": ("onboarding", "onboarding_step"),
    "onboarding/<int:key>/links/<int:": ("onboarding", "onboarding_link"),
    "onboarding/<int:key>/files/<int:": ("onboarding", "onboarding_file"),
    "onboarding/export.<str:": ("file",),
    "onboarding/completion/export.<str:": ("file",),
    "onboarding/templates/<slug:": ("onboarding_template",),
    "onboarding/templates/<slug:key>/steps/<slug:": ("onboarding_template", "onboarding_template_step"),
    "api/onboarding/templates/{": ("onboarding_template",),
    "api/onboarding/{int:": ("onboarding",),
    "api/onboarding/{int:project_id}/steps/{": ("onboarding", "onboarding_template_step"),
    "api/onboarding/{int:project_id}/links/{": ("onboarding", "onboarding_link"),
    "api/onboarding/{int:project_id}/files/{": ("onboarding", "onboarding_file"),
    "accounts/merges/": ("merge",),
    "accounts/merges/export.<str:": ("file",),
    "accounts/merges/done/export.<str:": ("file",),
    "replays/export.<str:": ("file",),
    "deals/fit/export.<str:": ("file",),
    "accounts/<int:key>/pulses/<int:pulse>": ("account", "pulse"),
    "accounts/<int:key>/overrides/<int:override>": ("account", "override"),
    "accounts/<int:key>/cells/": ("account", "cell"),
    "accounts/<int:": ("account",),
    "accounts/undo/<slug:": ("undo",),
    "accounts/compare/export.<str:": ("file",),
    "contacts/<int:": ("contact",),
    "subscriptions/<int:": ("subscription",),
    "timeline/<int:": ("touch",),
    "segments/<int:": ("segment",),
    "imports/<int:": ("import",),
    "sources/<int:": ("source",),
    "events/left-out/": ("exclusion",),
    "events/<int:": ("event",),
    "events/": ("file",),
    "data/quarantined/export.<str:": ("file",),
    "health-models/<slug:key>/versions/<int:": ("model", "model_number"),
    "health-models/<slug:key>/backtest/<int:": ("model", "backtest"),
    "health-models/<slug:": ("model",),
    "members/<int:": ("member",),
    "members/export.<str:": ("file",),
    "tags/export.<str:": ("file",),
    "sources/export.<str:": ("file",),
    "imports/export.<str:": ("file",),
    "webhooks/export.<str:": ("file",),
    "mail/templates/export.<str:": ("file",),
    "my-day/put-off/export.<str:": ("file",),
    "tokens/<int:": ("token",),
    "drafts/<int:": ("mail_draft",),
    "mails/<int:": ("mail",),
    "mails/export.<str:": ("file",),
    "mail/suppressions/<int:": ("suppression",),
    "mail/suppressions/export.<str:": ("file",),
    "mail/templates/<int:": ("mail_template",),
    "mail/preferences/": ("word",),
    "mail/unsubscribe/": ("word",),
    "mail/events/": ("word",),
    "webhooks/<int:": ("webhook",),
    "webhooks/<int:key>/messages/": ("webhook", "delivery"),
    "webhooks/<int:key>/messages/export.<str:": ("webhook", "file"),
    "api/mails/{int:": ("mail",),
    "api/mails/{int:mail_id}/draft": ("mail_draft",),
    "api/journeys/stays/{int:": ("stay",),
    "api/exclusions/{int:": ("exclusion",),
    "api/webhooks/{int:": ("webhook",),
    "journal/<int:": ("entry",),
    "products/<int:": ("product",),
    "attributes/<int:": ("attribute",),
    "tags/<int:": ("tag",),
    "members/teams/<int:": ("team",),
    "plans/<int:": ("plan",),
    "executive/export.<str:": ("file",),
    "effects/export.<str:": ("file",),
    "risk/models/export.<str:": ("file",),
    "risk/models/<int:key>/backtest/export.<str:": ("risk_model", "file"),
    "health-models/<slug:key>/backtest/export.<str:": ("model", "file"),
    "executive/accounts/export.<str:": ("file",),
    "api/revenue/locks/{": ("day",),
    "executive/comments/<int:": ("board_comment",),
    "api/executive/comments/{int:": ("board_comment",),
    "api/executive/mail/{int:": ("member",),
    "first-look/<int:": ("import",),
    "roi/export.<str:": ("file",),
    "start/result/export.<str:": ("file",),
    "costs/": ("file",),
    "costs/<int:": ("cost",),
    "hours/": ("file",),
    "hours/<int:": ("hours",),
    "invoices/<int:": ("invoice",),
    "balance/": ("file",),
    "contribution/": ("file",),
    "accounts/export.<str:": ("file",),
    "segments/export.<str:": ("file",),
    "contacts/export.<str:": ("file",),
    "subscriptions/export.<str:": ("file",),
    "revenue/": ("file",),
    "revenue/rates/": ("file",),
    "revenue/rates/<int:": ("rate",),
    "api/revenue/rates/{": ("day", "word"),
    "api/revenue/rates/{int:": ("rate",),
    "roi/": ("file",),
    "risk/forecast/export.<str:": ("file",),
    "risk/forecast/<str:": ("day",),
    "risk/forecast/<str:day>/export.<str:": ("day", "file"),
    "risk/export.<str:": ("file",),
    "risk/models/<int:": ("risk_model",),
    "lifetimes/export.<str:": ("file",),
    "lifetimes/accounts/export.<str:": ("file",),
    "retention/export.<str:": ("file",),
    "retention/accounts/export.<str:": ("file",),
    "kpis/export.<str:": ("file",),
    "kpis/<slug:key>/export.<str:": ("kpi", "file"),
    "kpis/<slug:": ("kpi",),
    "imports/templates/<slug:": ("template",),
    "handoffs/<int:": ("handoff",),
    "handoffs/export.<str:": ("file",),
    "promises/<int:": ("promise",),
    "promises/export.<str:": ("file",),
    "feedback/<int:": ("feedback",),
    "feedback/export.<str:": ("file",),
    "deals/export.<str:": ("file",),
    "success-plans/<int:": ("success_plan",),
    "success-plans/<int:key>/objectives/<int:": ("success_plan", "objective"),
    "success-plans/<int:key>/milestones/<int:": ("success_plan", "milestone"),
    "success-plans/templates/<slug:": ("plan_template",),
    "success-plans/export.<str:": ("file",),
    "success-plans/without/export.<str:": ("file",),
    "api/handoffs/{int:": ("handoff",),
    "api/promises/{int:": ("promise",),
    "api/feedback/{int:": ("feedback",),
    "api/success-plans/{int:": ("success_plan",),
    "api/success-plans/{int:plan_id}/objectives/{int:": ("success_plan", "objective"),
    "api/success-plans/{int:plan_id}/milestones/{int:": ("success_plan", "milestone"),
    "api/success-plans/{int:plan_id}/links/{int:": ("success_plan", "plan_link"),
    "api/success-plans/templates/{": ("plan_template",),
    "my-day/accounts/<int:": ("account",),
    "my-day/undo/<slug:": ("undo",),
    "team-day/members/<int:": ("member",),
    "deputies/<int:": ("deputy",),
    "handovers/<int:": ("handover",),
    "handovers/export.<str:": ("file",),
    "deputies/export.<str:": ("file",),
    "drafts/export.<str:": ("file",),
    "notices/export.<str:": ("file",),
    "meetings/mails/export.<str:": ("file",),
    "team-day/export.<str:": ("file",),
    "journey/suggestions/export.<str:": ("file",),
    "accounts/<int:key>/handover": ("account",),
    "tasks/export.<str:": ("file",),
    "tasks/<int:": ("task",),
    "tasks/<int:key>/do/": ("task", "task_deed"),
    "tasks/<int:key>/files/<int:": ("task", "task_file"),
    "timeline/<int:key>/files/<int:": ("touch", "touch_file"),
    "handoffs/<int:key>/files/<int:": ("handoff", "handoff_file"),
    "success-plans/<int:key>/files/<int:": ("success_plan", "success_plan_file"),
    "opportunities/<int:key>/files/<int:": ("opportunity", "opportunity_file"),
    "accounts/<int:key>/files/<int:": ("account", "account_file"),
    "attachments/<int:": ("task_file",),
    "meetings/export.<str:": ("file",),
    "meetings/<int:": ("meeting",),
    "meetings/<int:key>/do/": ("meeting", "meeting_deed"),
    "meetings/<int:key>/files/<int:": ("meeting", "meeting_file"),
    "meetings/calendars/<int:": ("calendar",),
    "meetings/mails/<int:": ("received",),
    "notices/<int:": ("notice",),
    "playbooks/export.<str:": ("file",),
    "playbooks/<slug:": ("playbook",),
    "effects/<slug:": ("playbook",),
    "effects/<slug:key>/export.<str:": ("playbook", "file"),
    "api/effects/{": ("playbook",),
    "segments/<int:key>/replay/export.<str:": ("segment", "file"),
    "health-models/<slug:key>/replay/export.<str:": ("model", "file"),
    "survey/": ("word",),
    "surveys/export.<str:": ("file",),
    "holdout/export.<str:": ("file",),
    "holdout/accounts/export.<str:": ("file",),
    "holdout/log/export.<str:": ("file",),
    "holdout/exclusions/<int:": ("universal_exclusion",),
    "api/holdout/exclusions/{int:": ("universal_exclusion",),
    "opportunities/<int:": ("opportunity",),
    "opportunities/export.<str:": ("file",),
    "opportunities/candidates/<int:": ("account", "opportunity_kind"),
    "opportunities/candidates/export.<str:": ("file",),
    "opportunities/whitespace/export.<str:": ("file",),
    "api/opportunities/{int:": ("opportunity",),
    "losses/<int:": ("loss",),
    "losses/export.<str:": ("file",),
    "losses/reasons/<int:": ("churn_reason",),
    "api/losses/{int:": ("loss",),
    "journey/export.<str:": ("file",),
    "journey/stalls/export.<str:": ("file",),
    "journey/accounts/<int:": ("account",),
    "journey/stays/<int:": ("stay",),
    "journey/designs/<slug:": ("journey",),
    "journey/designs/<slug:key>/stages/<slug:": ("journey", "journey_stage"),
    "api/journeys/{": ("journey",),
    "api/journeys/accounts/{int:": ("account",),
    "renewals/<int:": ("subscription",),
    "renewals/export.<str:": ("file",),
    "renewals/history/export.<str:": ("file",),
    "api/renewals/{int:": ("subscription",),
    "playbooks/<slug:key>/versions/<int:": ("playbook", "playbook_number"),
    "playbooks/<slug:key>/replay/export.<str:": ("playbook", "file"),
    "runs/export.<str:": ("file",),
    "runs/<int:": ("run",),
    "api/playbooks/{": ("playbook",),
    "api/playbooks/{key}/why/{": ("playbook", "account"),
    "api/playbooks/{key}/versions/{int:": ("playbook", "playbook_number"),
    "api/runs/{": ("run",),
    "templates/tasks/<slug:": ("task_template",),
    "templates/agendas/<slug:": ("agenda",),
    "calendar/": ("secret",),
    "api/tasks/{int:": ("task",),
    "api/tasks/{int:key}/files/{": ("task", "task_file"),
    "api/meetings/{int:": ("meeting",),
    "api/meetings/{int:key}/files/{": ("meeting", "meeting_file"),
    "api/timeline/{int:": ("touch",),
    "api/timeline/{int:key}/files/{": ("touch", "touch_file"),
    "api/handoffs/{int:key}/files/{": ("handoff", "handoff_file"),
    "api/success-plans/{int:key}/files/{": ("success_plan", "success_plan_file"),
    "api/opportunities/{int:key}/files/{": ("opportunity", "opportunity_file"),
    "api/accounts/{int:key}/files/{": ("account", "account_file"),
    "api/attachments/{int:": ("task_file",),
    "api/templates/tasks/{": ("task_template",),
    "api/templates/agendas/{": ("agenda",),
    "api/templates/mail/{": ("mail_template_key",),
    "api/calendars/{int:": ("calendar",),
    "api/mails/suppressions/{int:": ("suppression",),
    "api/received-mails/{int:": ("received",),
    "api/losses/reasons/{": ("churn_reason_key",),
    "api/accounts/by-key/": ("namespace", "key"),
    "api/contacts/by-key/": ("namespace", "key"),
    "api/subscriptions/by-key/": ("namespace", "key"),
    "api/invoices/by-key/": ("namespace", "key"),
    "api/invoices/{int:": ("invoice",),
    "api/costs/by-key/": ("namespace", "key"),
    "api/costs/{int:": ("cost",),
    "api/hours/by-key/": ("namespace", "key"),
    "api/hours/{int:": ("hours",),
    "api/economics/plan/": ("month", "side"),
    "api/accounts/{int:account_id}/owners/": ("account", "phase"),
    "api/accounts/{int:account_id}/pulses/{int:": ("account", "pulse"),
    "api/accounts/{int:account_id}/overrides/{int:": ("account", "override"),
    "api/accounts/{int:": ("account",),
    "api/events/": ("namespace", "key"),
    "api/sources/{int:": ("source",),
    "api/contacts/{int:": ("contact",),
    "api/subscriptions/{int:": ("subscription",),
    "api/risk/models/{int:": ("risk_model",),
    "api/risk/accounts/{int:": ("account",),
    "api/products/": ("code",),
    "api/attributes/{": ("attribute_key",),
    "api/plans/": ("code",),
    "api/merges/{int:": ("merge",),
    "api/lifetimes/accounts/{int:": ("account",),
    "api/revenue/accounts/{int:": ("account",),
    "api/imports/{": ("import",),
    "api/health-models/{": ("model",),
    "api/health-models/{key}/versions/{": ("model", "model_number"),
    "api/segments/{": ("segment",),
    "api/my-day/answers/{": ("undo",),
    "api/handovers/{": ("handover",),
    "api/team-day/{": ("member",),
    "api/deputies/{": ("deputy",),
    "api/opportunities/candidates/{int:account_id}/{": ("account", "opportunity_kind"),
}
WORDS = {
    "task_deed": "finish",
    "opportunity_kind": "seats",
    "meeting_deed": "restore",
    "secret": "guessed",
    "kpi": "nrr",
    "cell": "stage",
    "undo": "gone",
    "file": "csv",
    "template": "accounts",
    "namespace": "crm",
    "phase": "primary",
    "month": "2026-04",
    "day": "2026-11-01",
    "side": "existing",
    "code": "core",
    "attribute_key": "owner_phone",
    "word": "none",
}
#: Kinds that belong to an account and are reached only where it is.
OWNED = {"account", "contact", "subscription", "invoice", "touch", "pulse", "override", "key"}
OWNED |= {"mail", "mail_draft", "run"}
OWNED |= {"onboarding", "onboarding_step", "onboarding_link", "onboarding_file"}
OWNED |= {"handoff", "promise", "feedback", "success_plan", "objective", "milestone"}
OWNED |= {"loss", "opportunity"}
OWNED |= {"task", "meeting", "task_file", "meeting_file", "touch_file"}
#: Answered without a member: they declare it, or belong to signing in, which has its own rules.
PUBLIC = {"asset", "closed", "invitation", "preferences", "api-reference", "openapi-json", "api-root", "alive", "ready"}
#: Opened by a secret in the address, tried in its own tests.
PUBLIC |= {"portal", "portal-step", "portal-message", "portal-upload", "portal-file", "portal-language"}
PUBLIC |= {"shared-plan", "api-unknown"}
PUBLIC |= {"mail-preferences", "mail-unsubscribe", "mail-events"}
PUBLIC |= {"calendar-feed", "survey"}
SIGNING_IN = "sign-in/"
#: Reading these leaves a note of who took what out: the one thing a GET may write.
NOTED = {"accounts-export", "accounts-compare-export", "contacts-export", "subscriptions-export", "journal-export"}
NOTED |= {"playbooks-export", "runs-export", "playbook-replay-export"}
NOTED |= {"revenue-cohorts-export", "revenue-export", "revenue-accounts-export", "kpis-export", "kpi-export"}
NOTED |= {"executive-export", "executive-accounts-export", "revenue-notes-export", "revenue-cohort-accounts-export"}
NOTED |= {"risk-ahead-export", "risk-models-export", "risk-model-backtest-export", "health-model-backtest-export"}
NOTED |= {"effects-export"}
NOTED |= {"onboarding-export", "onboarding-cohorts-export"}
NOTED |= {"lifetimes-export", "lifetime-accounts-export", "segments-export"}
NOTED |= {"retention-export", "retention-accounts-export"}
NOTED |= {"risks-export", "risk-forecast-export"}
NOTED |= {"event-catalogue-export", "live-events-export", "quarantined-export"}
NOTED |= {"outbox-export", "mail-suppressions-export"}
NOTED |= {"revenue-rates-export"}
NOTED |= {"costs-export", "hours-export", "balance-export", "contribution-export", "contribution-accounts-export"}
NOTED |= {"handoffs-export", "promises-export", "handoff-feedback-export", "handoff-deals-export"}
NOTED |= {"success-plans-export", "journey-export", "journey-stalls-export"}
NOTED |= {"effect-export", "losses-export", "renewals-export", "renewals-history-export"}
NOTED |= {"segment-replay-export", "health-model-replay-export"}
NOTED |= {"surveys-export", "start-result-export"}
NOTED |= {"holdout-export", "holdout-accounts-export", "holdout-log-export"}
NOTED |= {"tasks-export", "meetings-export", "success-plans-without-export", "received-mails-export"}
NOTED |= {"handovers-export", "deputies-export", "drafts-export", "notices-export", "team-day-export"}
NOTED |= {"journey-suggestions-export", "my-day-put-off-export", "members-export", "tags-export", "sources-export"}
NOTED |= {"imports-export", "webhooks-export", "mail-templates-export"}
NOTED |= {"merges-export", "merges-done-export", "replays-export", "handoff-fit-export", "webhook-messages-export"}
NOTED |= {"opportunities-export", "opportunity-candidates-export", "opportunity-whitespace-export"}
#: Where changing takes more than looking; whoever only looks is told that there is nothing to change.
CHANGING = {"health-model": Permission.HEALTH_CONFIGURE, "teams": Permission.MEMBERS_EDIT}
CHANGING |= {"revenue-settings": Permission.HEALTH_CONFIGURE, "health-models": Permission.HEALTH_CONFIGURE}
CHANGING["holdout-exclusions"] = Permission.PLAYBOOKS_PUBLISH
CHANGING["draft"] = Permission.MAIL_APPROVE
CHANGING["playbook"] = CHANGING["playbook-yaml"] = Permission.PLAYBOOKS_EDIT
CHANGING["health-model-yaml"] = CHANGING["health-model-backtest"] = Permission.HEALTH_CONFIGURE
#: What is sent where an empty form or body would be refused before its object is looked for.
FORMS: dict[str, dict[str, str]] = {"subscription-deed": {"do": "withdraw"}}
FORMS["outbox-deed"] = {"do": "stop"}
BODIES = {
    "/pulses": b'{"grade": 3}',
    "/overrides": b'{"band": "caution", "reason": "x", "expires_on": "2199-01-05"}',
    "/journeys/accounts/{int:account_id}/move": b'{"stage": "adoption", "reason": "x"}',
    "/renewals/{int:subscription_id}": b'{"call": "open"}',
    "/renewals/{int:subscription_id}/overrule": b'{"call": "open"}',
    "/opportunities/{int:opportunity_id}/proposals": b'{"benefit": "x"}',
    "/opportunities/{int:opportunity_id}/answer": b'{"answer": "accepted"}',
    "/opportunities/{int:opportunity_id}/decline": b'{"words": "x"}',
    "/opportunities/{int:opportunity_id}/win": b'{"won_minor": 1}',
    "/opportunities/{int:opportunity_id}/lose": b'{"words": "x"}',
    "/opportunities/{int:opportunity_id}/withdraw": b'{"words": "x"}',
    "{int:task_id}/dismiss": b'{"reason": "x"}',
    "{int:task_id}/snooze": b'{"reason": "x", "until": "2199-01-05"}',
    "/onboarding/{int:project_id}": b'{"do": "pause"}',
    "/onboarding/{int:project_id}/steps/{key}": b'{"do": "done"}',
    "/onboarding/{int:project_id}/lead": b'{"owner": null}',
    "/onboarding/{int:project_id}/links": b'{"contact": 1}',
    "/mails/{int:mail_id}/deed": b'{"do": "stop"}',
    "/keys": b'{"namespace": "new", "key": "k"}',
    "/owners/{phase}": b'{"member_id": null}',
    "/handoffs/{int:handoff_id}/send-back": b'{"questions": [{"words": "?"}]}',
    "/handoffs/{int:handoff_id}/drop": b'{"reason": "x"}',
    "/handoffs/{int:handoff_id}/fit": b'{"fit": "good"}',
    "/promises/{int:promise_id}/waive": b'{"reason": "x"}',
    "/feedback/{int:feedback_id}/outcome": b'{"outcome": "done"}',
    "/success-plans/{int:plan_id}/agree": b'{"agreed_with": "x"}',
    "/success-plans/{int:plan_id}/objectives": b'{"title": "x", "sort": "business", "figure": "x"}',
    "/objectives/{int:objective_id}/readings": b'{"value": 1}',
    "/success-plans/{int:plan_id}/milestones": b'{"title": "x", "side": "ours"}',
    "/received-mails/{int:mail_id}/match": b'{"account_id": 1}',
    "/reasons/{key}/move": b'{"is_up": true}',
    "/webhooks/{int:webhook_id}/stop": b'{"why": "x"}',
    "/suppressions/{int:suppression_id}/lift": b'{"note": "x"}',
    "/accounts/{int:account_id}/timeline": b'{"channel": "note", "title": "x"}',
    "/touch-model": b'{"touch_model": "x", "reason": "x", "until": "2027-01-01"}',
}
#: Has no session: for the API, where a token says who calls.
NOBODY = Client(raise_request_exception=False)
REACH = {Scope.OWN: {"own"}, Scope.TEAM: {"own", "team"}, Scope.ALL: {"own", "team", "foreign", "nobody"}}


@dataclass(frozen=True, slots=True)
class Page:
    """An address of the urlconf: `route` with its converters, and what its view declared."""

    route: str
    name: str
    permission: Permission | None
    declares: bool


def pages() -> list[Page]:
    """Every address but the API's, from the urlconf."""
    return [page for page in _walk(get_resolver(), "") if not page.route.startswith("api/v1/")]


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Page]:
    for each in resolver.url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _walk(each, route)
        elif isinstance(each, URLPattern):
            view: Any = each.callback
            yield Page(route, each.name or "", getattr(view, "permission", None), hasattr(view, "permission"))


def operations() -> list[tuple[str, str, Permission]]:
    """Every operation of the API: method, path, permission."""
    found = []
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            found += [
                (method, prefix + path, op.view_func.permission) for op in view.operations for method in op.methods
            ]
    return found


def guarded() -> list[Page]:
    return [page for page in pages() if page.permission is not None]


def kinds(route: str) -> tuple[str, ...]:
    """The kinds of a route's ids; fails where this file does not know them."""
    count = len(re.findall(r"<[^>]+>|\{[^}]+\}", route))
    best = max((start for start in IDS if route.startswith(start)), key=len, default="")
    assert not count or (best and len(IDS[best]) == count), f"{route}: say in IDS what its ids are"
    return IDS[best] if count else ()


def filled(route: str, world: World, owner: str) -> str:
    """The address with ids of that owner's objects (of the only ones, where a kind has no owners)."""
    words = []
    for kind in kinds(route):
        known = world.ids.get(kind, {})
        words.append(owner if kind == "key" else WORDS.get(kind) or str(known.get(owner, known.get("own"))))
    turns = iter(words)
    return "/" + re.sub(r"<[^>]+>|\{[^}]+\}", lambda _: next(turns), route)


def owners(route: str, scope: Scope | None = Scope.TEAM) -> tuple[str, ...]:
    """Whose objects to try: one where it makes no difference, every owner's where a scope draws a line."""
    if scope is None or not OWNED & set(kinds(route)):
        return ("own",)
    return ("own", "foreign") if scope is Scope.ALL else matrix_world.OWNERS


@pytest.fixture
def world(org: Organisation, at: datetime) -> World:
    return matrix_world.build(at)


def seen_as(world: World, role: Role) -> None:
    Member.objects.filter(pk=world.viewer.pk).update(role=role)


def signed_in(world: World) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(world.viewer)
    return client


def call(world: World, method: str, path: str, body: bytes = b"{}") -> HttpResponse:
    """One call of the API with the viewer's token."""
    headers = {"Authorization": f"Bearer {world.secret}"}
    content = b"" if method == "GET" else body
    answer: HttpResponse = NOBODY.generic(
        method, f"/api/v1{path}", content, content_type="application/json", headers=headers
    )
    return answer


def whole(answer: Any) -> str:
    """The body, streamed or not."""
    parts = answer.streaming_content if answer.streaming else [answer.content]
    return b"".join(parts).decode(errors="replace")


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def nothing_written(where: str, *, but: tuple[str, ...] = ()) -> Iterator[None]:
    """No statement inside changes a row, except of the tables named (and of the session, which keeps messages)."""
    written: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if re.match(r"\s*(insert|update|delete|replace)\b", sql, re.I):
            written.extend([] if any(table in sql for table in ("django_session", *but)) else [sql])
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        yield
    assert not written, (where, written[0][:200])


def test_every_address_declares_what_it_takes_and_is_in_the_matrix() -> None:
    undeclared = {page.route for page in pages() if not page.declares and not page.route.startswith(SIGNING_IN)}
    assert not undeclared
    public = {page.name for page in pages() if page.declares and page.permission is None}
    assert public <= PUBLIC
    assert len(guarded()) > 80 and all(kinds(page.route) is not None for page in guarded())
    assert all(kinds("api" + path) is not None for _, path, _ in operations())


def test_personal_words_leave_by_webhook_only_where_that_was_allowed(world: World, at: datetime) -> None:
    everything = [f"{room}." for room in ("customers", "work", "ingest", "insight", "foundation")]
    before = at - timedelta(days=1)  # so that all that happened in this world is told
    for name, may in (("open", True), ("closed", False)):
        endpoints.open(name, f"https://{name}.example/x", by=SYSTEM, at=before, events=everything, is_personal=may)
    journal.seal()
    while feed.step(at):
        pass
    told = {
        name: "".join(WebhookDelivery.objects.filter(endpoint__name=name).values_list("body", flat=True))
        for name in ("open", "closed")
    }
    assert CANARY in told["open"] and len(told["closed"]) > 10_000 and CANARY not in told["closed"]


def test_an_outsider_is_sent_to_the_sign_in(world: World) -> None:
    client = Client(raise_request_exception=False)
    for page in guarded():
        path = filled(page.route, world, "own")
        answer = client.get(path)
        assert answer.status_code == 405 or answer["Location"].startswith("/sign-in/"), path
        assert client.post(path).status_code in (302, 405), path
    for method, path, _ in operations():
        address = filled("api" + path, world, "own").removeprefix("/api")
        assert client.generic(method, f"/api/v1{address}", b"{}", content_type="application/json").status_code == 401


def test_a_post_without_the_token_against_forgery_changes_nothing(world: World) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(world.viewer)
    routes = {page.route for page in guarded()} | {"preferences", "sign-in/logout/", "sign-in/password/change/"}
    for route in routes:
        path = filled(route, world, "own")
        with nothing_written(path):
            assert client.post(path).status_code == 403, path


@pytest.mark.parametrize("role", list(Role))
def test_a_role_reaches_what_it_may_and_nothing_else(world: World, role: Role) -> None:
    seen_as(world, role)
    client = signed_in(world)
    for page in guarded():
        scope = GRANTS[role].get(page.permission) if page.permission else None
        for owner in owners(page.route, scope):
            path = filled(page.route, world, owner)
            with nothing_written(path, but=("foundation_",) if page.name in NOTED else ()):
                status = client.get(path).status_code
            judge(status, scope, owner, f"{role} GET {path}", no_method=405)
            with undone():
                status = client.post(path, FORMS.get(page.name, {})).status_code
            if page.name in CHANGING and CHANGING[page.name] not in GRANTS[role]:
                assert status in (403, 404), (role, path, status)
            else:
                judge(status, scope, owner, f"{role} POST {path}", no_method=405)
    calls(world, role)


def calls(world: World, role: Role) -> None:
    """The same by the API."""
    for method, path, permission in operations():
        for owner in owners("api" + path, GRANTS[role].get(permission)):
            address = filled("api" + path, world, owner).removeprefix("/api")
            body = next((body for end, body in BODIES.items() if path.endswith(end)), b"{}")
            with undone():
                status = call(world, method, address, body).status_code
            judge(status, GRANTS[role].get(permission), owner, f"{role} {method} {address}")


def judge(status: int, scope: Scope | None, owner: str, where: str, no_method: int = 0) -> None:
    """403 without the permission, 404 outside its scope, neither inside it; never an error of ours."""
    assert status < 500, (where, status)
    if status == no_method:
        return
    if scope is None:
        assert status == 403, (where, status)
    elif owner not in REACH[scope]:
        assert status == 404, (where, status)
    else:
        assert status not in (401, 403, 404), (where, status)


def readable(world: World, role: Role) -> Iterator[tuple[str, str]]:
    """Every body that a role can read, with its address: pages, exports, the API, searches."""
    seen_as(world, role)
    client = signed_in(world)
    for page in guarded():
        for owner in owners(page.route):
            path = filled(page.route, world, owner)
            for query in ("",) if kinds(page.route) else ("", f"?q={ASKED}"):
                answer: Any = client.get(path + query)
                if answer.status_code == 200:
                    yield path + query, whole(answer)
    for method, path, _ in operations():
        for owner in owners("api" + path) if method == "GET" else ():
            address = filled("api" + path, world, owner).removeprefix("/api")
            for query in ("",) if kinds("api" + path) else ("", f"?q={ASKED}"):
                yield address + query, whole(call(world, "GET", address + query))


@pytest.mark.parametrize("role", [role for role in Role if FieldClass.PERSONAL not in READS[role]])
def test_personal_data_never_reaches_a_role_without_it(world: World, role: Role) -> None:
    assert [path for path, body in readable(world, role) if CANARY in body] == []


def test_the_canaries_are_there_to_be_seen(world: World) -> None:
    """Else the test above would prove nothing."""
    found = {path for path, body in readable(world, Role.ADMINISTRATOR) if CANARY in body}
    account, contact = world.ids["account"]["own"], world.ids["contact"]["own"]
    wanted = {"/contacts", "/contacts/export.csv", f"/accounts/{account}/people", f"/accounts/{account}/timeline"}
    wanted |= {"/events/live", "/data/quarantined", f"/palette?q={ASKED}", f"/contacts/{contact}"}
    wanted |= {"/journal/export.csv"}
    assert wanted <= found, wanted - found


@pytest.mark.parametrize("role", [Role.SALES, Role.ONBOARDING])
def test_names_outside_a_scope_are_on_no_page(world: World, role: Role) -> None:
    outside = set(matrix_world.OWNERS) - REACH[GRANTS[role][Permission.ACCOUNTS_VIEW]]
    leaks = [(path, owner) for path, body in readable(world, role) for owner in outside if f"会社 {owner}" in body]
    assert leaks == []
