"""Whoever adds a table decides: it holds personal data and is exported and erased, or it holds none."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models import Model

import nenrin.customers.handover_privacy
import nenrin.customers.privacy
import nenrin.foundation.mail.privacy
import nenrin.ingest.facts.privacy
import nenrin.ingest.privacy
import nenrin.insight.privacy
import nenrin.work.privacy.feedback
import nenrin.work.privacy.handoffs
import nenrin.work.privacy.journeys
import nenrin.work.privacy.losses
import nenrin.work.privacy.meetings
import nenrin.work.privacy.onboarding
import nenrin.work.privacy.opportunities
import nenrin.work.privacy.plans
import nenrin.work.privacy.promises
import nenrin.work.privacy.queue
import nenrin.work.privacy.renewals
import nenrin.work.privacy.tasks
import nenrin.work.privacy.touches

ERASERS = (
    nenrin.customers.privacy,
    nenrin.foundation.mail.privacy,
    nenrin.customers.handover_privacy,
    nenrin.ingest.privacy,
    nenrin.ingest.facts.privacy,
    nenrin.insight.privacy,
    nenrin.work.privacy.onboarding,
    nenrin.work.privacy.touches,
    nenrin.work.privacy.queue,
    nenrin.work.privacy.tasks,
    nenrin.work.privacy.meetings,
    nenrin.work.privacy.handoffs,
    nenrin.work.privacy.promises,
    nenrin.work.privacy.feedback,
    nenrin.work.privacy.plans,
    nenrin.work.privacy.losses,
    nenrin.work.privacy.journeys,
    nenrin.work.privacy.renewals,
    nenrin.work.privacy.opportunities,
)
COVERED = {name for module in ERASERS for name in module.COVERS}

#: Erased with the fact or contact that an entry is about.
ERASED_BY_SUBJECT = {"PersonalPart"}
#: Our own colleagues: leave by deactivation, their name stays as the author of what they did.
COLLEAGUES = {"Member", "Invitation", "ApiToken", "SavedView", "ViewMark", "Team", "Assignment", "Effort"}
COLLEAGUES |= {"ReportReader", "NoticeChannel", "NoticePreference", "CalendarFeed", "Capacity", "DayLoad", "Deputy"}
#: Uploaded rows, received bodies and digests of forms, which their own deadlines clear.
PASSING = {"Import", "ImportedRow", "Spooled", "Submission", "WebhookDelivery"}
#: Companies, contracts, configuration, counters and scores.
IMPERSONAL = {
    "Backtest", "BudgetPhase", "ChurnReason", "ConfigurationChange", "BudgetPlan", "KpiTarget", "MetricPolicy", "PeriodLock",
    "Account", "AccountKey", "AccountTag", "AttributeField", "Cost", "CurrentMeasure", "Cursor", "DailyScore", "Entry",
    "EventName", "Exclusion", "HardEvent", "Health", "HealthDetail", "HealthModelVersion", "Invoice", "Lease", "Merge",
    "OnboardingLink", "OnboardingPolicy", "OnboardingTemplate", "OnboardingTemplateVersion",
    "Organisation", "Override", "Plan", "PriceStep", "Product", "Progress", "Reference", "RememberedMapping", "Ring",
    "Risk", "RiskBacktest", "RiskBelief", "RiskLearning", "RiskModelVersion", "RiskSaid", "RoiBaseline",
    "Segment", "SegmentMembership", "Source", "Subscription", "Tag", "Tally", "TierRule", "TouchModel", "UnknownKey",
    "Verdict", "Verification",
    "MailAudience", "MailGate", "MailSettings", "MailTemplate", "WebhookEndpoint",
    "Enrolment", "Exposure", "HoldoutPlace", "Playbook", "PlaybookReplay", "PlaybookVersion", "Remembered", "Run", "RunStep", "Sweep", "UniversalHoldout",
}  # fmt: skip
IMPERSONAL |= {"StartBaseline", "StartFigure", "ExchangeRate"}
IMPERSONAL |= {"Rehearsal", "SurveyAsk", "UniversalExclusion", "UniversalExposure"}
IMPERSONAL |= {"Journey", "JourneyVersion", "PassedBy", "PlayEffect", "RunTally"}
IMPERSONAL |= {"TaskTemplate", "AgendaTemplate", "Followed", "RoutingRule"}
IMPERSONAL |= {"DealTold", "HandoffPerson", "HandoffPolicy", "PlanLink", "PlanReading", "RenewalCheckpoint"}
IMPERSONAL |= {"RenewalOutcome", "RenewalOutlook", "RenewalSnapshot", "RenewalSnapshotLine"}
DECIDED = COVERED | ERASED_BY_SUBJECT | COLLEAGUES | PASSING | IMPERSONAL
OURS = [model for model in apps.get_models() if model.__module__.startswith("nenrin.")]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_table_is_decided(model: type[Model]) -> None:
    assert model.__name__ in DECIDED, f"does {model.__name__} hold personal data? give it an eraser, or list it here"


@pytest.mark.parametrize("module", ERASERS, ids=lambda module: module.__name__)
def test_every_eraser_exports_too(module: object) -> None:
    assert callable(module.exported) and callable(module.erase)  # type: ignore[attr-defined]


def test_nothing_is_listed_that_is_gone() -> None:
    assert DECIDED - {model.__name__ for model in OURS} == set()
