"""What the effects pages were asked: which playbooks, on which metric, after how many days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.http import urlencode

from nenrin.analytics.kpis.measures import Measure
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.permissions import Permission
from nenrin.ingest import lakes
from nenrin.insight import measures
from nenrin.playbooks.effects import outcomes, readings
from nenrin.playbooks.effects.outcomes import CHURN, FIXED, Metric
from nenrin.playbooks.effects.readings import DAYS, Reading
from nenrin.playbooks.models import Exposure, Playbook, PlaybookVersion
from nenrin.values import Text
from nenrin.web.guard import MemberRequest
from nenrin.web.listing import plain

VIEW = Permission.PLAYBOOKS_VIEW
DEFAULT_DAYS = 90


@dataclass(frozen=True, slots=True)
class Question:
    """`metric` None: each playbook's own. `refused`: something in the address made no sense and fell back."""

    metric: Metric | None
    days: int
    today: date
    refused: bool
    measures: Mapping[str, Measure]

    @property
    def metrics(self) -> list[tuple[str, Text]]:
        return [*FIXED.items(), *((key, one.name) for key, one in self.measures.items())]

    def query(self, **more: str) -> str:
        asked = {"days": str(self.days)} | ({"metric": self.metric.key} if self.metric else {})
        return urlencode(asked | more)


def asked(request: MemberRequest) -> Question:
    known = measures.usable()
    key, days = plain(request.GET.get("metric")), plain(request.GET.get("days"))
    metric = outcomes.metric(key, known) if key else None
    is_known = not days or days in {str(one) for one in DAYS}
    refused = bool(key and metric is None) or not is_known
    return Question(
        metric, int(days) if days and is_known else DEFAULT_DAYS, organisation.today(request.at), refused, known
    )


def playbooks(request: MemberRequest) -> QuerySet[Playbook]:
    """Those with an account that the reader may see in one of their arms."""
    return Playbook.objects.filter(pk__in=exposures(request).values("playbook")).order_by("key")


def exposures(request: MemberRequest, permission: Permission = VIEW) -> QuerySet[Exposure]:
    rows = Exposure.objects.filter(account__in=Account.objects.for_member(request.user, VIEW).values("pk"))
    if permission is VIEW:
        return rows
    return rows.filter(account__in=Account.objects.for_member(request.user, permission).values("pk"))


@dataclass(frozen=True, slots=True)
class Line:
    """A playbook as it was last set to work, with what it brought."""

    playbook: Playbook
    version: PlaybookVersion
    expected: float | None
    reading: Reading

    @property
    def name(self) -> Text:
        return Text(self.version.name_en, self.version.name_ja)


def line(request: MemberRequest, playbook: Playbook, question: Question, permission: Permission = VIEW) -> Line:
    version = _version(playbook)
    hoped = version.document.get("hypothesis") or {}
    own = (version.document.get("holdout") or {}).get("metric") or hoped.get("measure") or CHURN
    metric = question.metric or outcomes.metric(own, question.measures) or outcomes.metric(CHURN, {})
    assert metric is not None
    expected = hoped.get("expected") if hoped.get("measure") == metric.key else None
    rows = exposures(request, permission).filter(playbook=playbook)
    found = readings.read(lakes.current(), rows, metric, question.days, as_of=question.today, expected=expected)
    return Line(playbook, version, expected, found)


def lines(request: MemberRequest, some: Sequence[Playbook], question: Question) -> list[Line]:
    return [line(request, one, question) for one in some]


def _version(playbook: Playbook) -> PlaybookVersion:
    """The live one, else the latest."""
    return playbook.versions.filter(state="live").first() or playbook.versions.order_by("-number")[0]
