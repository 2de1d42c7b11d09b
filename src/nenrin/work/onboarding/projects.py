"""Onboarding projects: started from a template, paused, taken up again, given to another colleague, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from django.db import transaction

from nenrin.analytics import schedules
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, Assignment
from nenrin.customers.statuses import Phase
from nenrin.foundation import bulk, journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import is_business_day
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work.models.onboarding import OnboardingProject, OnboardingStep, State
from nenrin.work.models.onboarding_template import OnboardingTemplate, OnboardingTemplateVersion
from nenrin.work.onboarding import documents, facts, policies, saving, standings, templates
from nenrin.work.onboarding.documents import Template

#: Why a project ended without being closed: the customer left, it was a mistake, or else.
EndReason = Literal["left", "mistake", "other"]
END_REASONS: dict[str, Text] = {
    "left": Text("the customer left", "お客様が解約"),
    "mistake": Text("started by mistake", "誤って開始"),
    "other": Text("another reason", "その他"),
}
assert set(END_REASONS) == set(get_args(EndReason))


@dataclass(frozen=True, slots=True)
class Wanted:
    """One project to be, for `start_many`."""

    account: Account
    version: OnboardingTemplateVersion
    starts_on: date
    owner: Member | None = None
    key: str = ""
    name: str = ""


def start(
    account: Account,
    template: OnboardingTemplate | OnboardingTemplateVersion | str,
    *,
    starts_on: date,
    owner: Member | None,
    by: Actor,
    at: datetime,
    key: str = "",
    name: str = "",
) -> OnboardingProject:
    """Begin an onboarding from a template's version in use (or from one version); its steps are copied and dated.

    Safe to repeat with the same `key`, which gives back what was started with it. Raises Refused for an account that
    is archived, a template without a version in use, and without a key where one of this template runs already.
    Journal: work.onboarding.started.
    """
    version = templates.in_use(template) if not isinstance(template, OnboardingTemplateVersion) else template
    return start_many([Wanted(account, version, starts_on, owner, key, name)], by=by, at=at)[0]


def start_many(wanted: Sequence[Wanted], *, by: Actor, at: datetime) -> list[OnboardingProject]:
    """Start many in transactions of 100; each as `start` does."""
    read = {one.version.pk: templates.read(one.version) for one in wanted}
    made = []
    for begin in range(0, len(wanted), 100):
        with transaction.atomic():
            made += [_started(one, read[one.version.pk], by, at) for one in wanted[begin : begin + 100]]
    return made


def _started(wanted: Wanted, template: Template, by: Actor, at: datetime) -> OnboardingProject:
    Account.objects.select_for_update().filter(pk=wanted.account.pk).first()  # two starts at once wait for each other
    if wanted.key and (stands := OnboardingProject.objects.filter(key=wanted.key).first()):
        return stands
    _check(wanted)
    plan = dates(template, wanted.starts_on)
    project = _row(wanted, template, plan, at)
    project.save()
    steps = _steps(project, template, plan)
    bulk.insert(steps)
    standings.work_out(project, steps, organisation.today(at), policies.current())
    project.save()
    particulars = {
        "name": project.name, "template": wanted.version.template.key, "version": wanted.version.number,
        "starts_on": project.starts_on, "due_on": project.due_on, "steps": len(steps),
        "fact": facts.project(project),
    }  # fmt: skip
    journal.record(
        "work.onboarding.started", actor=by, at=at, account=project.account_id,
        subject=("onboarding", project.pk), particulars=particulars,
    )  # fmt: skip
    return project


def _check(wanted: Wanted) -> None:
    if wanted.account.archived_at:
        raise Refused.one("account", Text("is archived or merged", "アーカイブ済みまたは統合済み"), wanted.account.pk)
    if not 2000 <= wanted.starts_on.year < 2200:
        raise Refused.one("starts_on", Text("a day of this century", "2000〜2199年の日付"), wanted.starts_on)
    live = OnboardingProject.objects.filter(
        account=wanted.account, template_version__template=wanted.version.template_id,
        state__in=(State.RUNNING, State.PAUSED),
    )  # fmt: skip
    if not wanted.key and live.exists():
        said = Text(
            "an onboarding from this template runs for this account already",
            "この顧客では同じテンプレートのプロジェクトが進行中",
        )
        raise Refused.one("template", said, wanted.version.template.key)


def dates(template: Template, starts_on: date) -> schedules.Plan:
    """When each step of a template would begin and end with this start; nothing is written."""
    return schedules.plan(documents.network(template.steps), schedules.Days(starts_on, is_business_day))


def _row(wanted: Wanted, template: Template, plan: schedules.Plan, at: datetime) -> OnboardingProject:
    language = wanted.account.language
    first = template.first_value
    promised = {"words": {"en": first.words.en, "ja": first.words.ja}, "condition": first.condition} if first else None
    today = organisation.today(at)
    return OnboardingProject(
        account=wanted.account, template_version=wanted.version, key=wanted.key,
        name=(wanted.name.strip() or template.name.in_(language))[:120],
        owner=wanted.owner or responsible(wanted.account),
        phases=[{"key": phase.key, "name": {"en": phase.name.en, "ja": phase.name.ja}} for phase in template.phases],
        starts_on=wanted.starts_on, due_on=plan.ends_on, first_due_on=plan.ends_on, forecast_on=plan.ends_on,
        first_value=promised, standing_since=today, standing_on=today, moved_on=today, created_at=at, changed_at=at,
    )  # fmt: skip


def responsible(account: Account) -> Member | None:
    """Who looks after its onboarding: the owner of that phase, else the account's own."""
    held = Assignment.objects.filter(account=account, until_on__isnull=True).select_related("member")
    by_phase = {row.phase: row.member for row in held}
    return by_phase.get(Phase.ONBOARDING) or by_phase.get(Phase.PRIMARY) or account.owner


def _steps(project: OnboardingProject, template: Template, plan: schedules.Plan) -> list[OnboardingStep]:
    placed = {step.key: step for step in plan.steps}
    return [
        OnboardingStep(
            project=project, position=position, key=step.key, phase=step.phase, kind=step.kind, party=step.party,
            title_en=step.title.en, title_ja=step.title.ja, note_en=step.note.en, note_ja=step.note.ja,
            wants=[{"en": one.en, "ja": one.ja} for one in step.wants], days=step.days, after=list(step.after),
            minutes=step.minutes, is_needed=step.is_needed,
            serves_en=step.serves.en, serves_ja=step.serves.ja,
            planned_on=placed[step.key].due, starts_on=placed[step.key].start, due_on=placed[step.key].due,
        )
        for position, step in enumerate(template.steps)
    ]  # fmt: skip


def pause(project: OnboardingProject, reason: str, *, by: Actor, at: datetime) -> OnboardingProject:
    """Nothing is due while it rests. Safe to repeat. Raises Refused. Journal: work.onboarding.paused."""
    with saving.opened(project, at=at) as work:
        row = work.project
        if row.state == State.PAUSED:
            work.is_changed = False
            return row
        row.state, row.paused_on = State.PAUSED, work.today
        work.record("work.onboarding.paused", by, reason=reason.strip()[:300])
    return project


def resume(project: OnboardingProject, *, by: Actor, at: datetime) -> OnboardingProject:
    """Take it up again; plan it anew then. Also opens again what was closed or cancelled. Safe to repeat.

    Journal: work.onboarding.resumed.
    """
    with saving.opened(project, at=at, may_be_ended=True) as work:
        row = work.project
        if row.state == State.RUNNING:
            work.is_changed = False
            return row
        row.state, row.paused_on, row.ended_on, row.end_reason = State.RUNNING, None, None, ""
        work.record("work.onboarding.resumed", by)
    return project


def cancel(project: OnboardingProject, why: EndReason, *, by: Actor, at: datetime, note: str = "") -> OnboardingProject:
    """End it without success: its links open nothing any more. Safe to repeat. Raises Refused.

    Journal: work.onboarding.cancelled.
    """
    if why not in END_REASONS:
        raise Refused.one("why", Text("left, mistake or other", "left・mistake・other のいずれか"), why)
    with saving.opened(project, at=at, may_be_ended=True) as work:
        row = work.project
        if row.state == State.CANCELLED:
            work.is_changed = False
            return row
        if row.state == State.CLOSED:
            raise Refused.one("state", Text("is closed already", "完了済み"), row.state)
        row.state, row.ended_on, row.end_reason, row.note = State.CANCELLED, work.today, why, note.strip()[:2000]
        work.record(
            "work.onboarding.cancelled", by, why_en=END_REASONS[why].en, why_ja=END_REASONS[why].ja, note=row.note
        )
    return project


def assign(project: OnboardingProject, owner: Member | None, *, by: Actor, at: datetime) -> OnboardingProject:
    """Another colleague leads it. Safe to repeat. Raises Refused for one who has gone. Journal: work.onboarding.assigned."""
    if owner is not None and not owner.is_active:
        raise Refused.one("owner", Text("no such active member", "有効なメンバーではない"), owner.pk)
    with saving.opened(project, at=at, may_be_ended=True) as work:
        if work.project.owner_id == (owner.pk if owner else None):
            work.is_changed = False
            return project
        work.project.owner = owner
        work.record("work.onboarding.assigned", by, member=owner.name if owner else "—")
    return project
