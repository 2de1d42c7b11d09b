"""A project to try things on: 株式会社ひなた介護サービス, begun on Monday 2 November 2026 from the standard template."""

from __future__ import annotations

from datetime import UTC, date, datetime

from nenrin.customers import accounts, contacts, ownership
from nenrin.customers.models import Account, Contact
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Member
from nenrin.foundation.roles import Role
from nenrin.values import Text
from nenrin.work import onboarding
from nenrin.work.models import OnboardingProject, OnboardingStep
from nenrin.work.onboarding import links, templates
from tests import cast

#: Monday; the 3rd and the 23rd are holidays.
STARTS_ON = date(2026, 11, 2)
BEGAN = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)  # 09:00 in Tokyo
ME = Actor("member", "", "佐藤 美咲")
SMALL = {
    "name": {"en": "Small", "ja": "小さな導入"},
    "first_value": {
        "words": {"en": "Work in the product", "ja": "業務が回る"},
        "condition": {"not": {"field": "first_value.on", "op": "missing"}},
    },
    "phases": [
        {
            "key": "begin",
            "name": {"en": "Begin", "ja": "開始"},
            "steps": [
                {"key": "kickoff", "title": {"en": "Kickoff", "ja": "キックオフ"}, "days": 2, "minutes": 60},
                {
                    "key": "list", "title": {"en": "List of users", "ja": "利用者一覧"}, "kind": "files",
                    "party": "customer", "days": 3, "after": ["kickoff"], "wants": [{"en": "List", "ja": "一覧"}],
                },
                {
                    "key": "import", "title": {"en": "Import", "ja": "取り込み代行"}, "kind": "concierge", "days": 2,
                    "after": ["list"], "minutes": 90,
                },
            ],
        },
        {
            "key": "use",
            "name": {"en": "Use", "ja": "利用"},
            "steps": [
                {
                    "key": "train", "title": {"en": "Training", "ja": "研修"}, "kind": "training", "days": 1,
                    "after": ["import"], "minutes": 60,
                },
                {"key": "value", "title": {"en": "First value", "ja": "成功体験"}, "kind": "first_value", "after": ["train"]},
            ],
        },
    ],
}  # fmt: skip


def company(name: str = cast.STARTING, owner: Member | None = None, at: datetime = BEGAN) -> Account:
    """A customer, looked after by `owner` where there is one."""
    account = accounts.open(name, keys=[("crm", name)], by=SYSTEM, at=at)
    if owner:
        ownership.assign(account, owner, by=SYSTEM, at=at)
    return account


def person(account: Account, name: str = "木村 直子", at: datetime = BEGAN) -> Contact:
    return contacts.add(account, name, by=SYSTEM, at=at, emails=[f"kimura.{account.pk}@hinata.example"])


def template(at: datetime = BEGAN) -> None:
    """The small template, in use."""
    templates.publish(templates.draft("small", SMALL, by=SYSTEM, at=at), by=SYSTEM, at=at)


def project(account: Account | None = None, *, owner: Member | None = None, at: datetime = BEGAN) -> OnboardingProject:
    """The small template's project, whose five steps are due on 4, 9, 11, 12 and 13 November."""
    if not templates.OnboardingTemplate.objects.filter(key="small").exists():
        template(at)
    led = owner or cast.member(Role.CSM)
    return onboarding.start(
        account or company(owner=led), "small", starts_on=STARTS_ON, owner=led, by=Actor.of(led), at=at
    )


def step(made: OnboardingProject, key: str) -> OnboardingStep:
    return OnboardingStep.objects.select_related("project").get(project=made, key=key)


def noon(day: int) -> datetime:
    """Noon in Tokyo on a day of November 2026."""
    return datetime(2026, 11, day, 3, 0, tzinfo=UTC)


NAMED = Text("Small", "小さな導入")


def links_of(made: OnboardingProject) -> links.Issued:
    """A new link of the project, for somebody at its account."""
    contact = made.account.contacts.first() or person(made.account)
    return links.issue(made, contact, by=ME, at=datetime.now(UTC))
