"""The ground of the vendor's installation: colleagues, products, plans, tiers, catalogue, columns of its
own.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password

from nenrin.customers import attributes, products, tiers, touch_models
from nenrin.customers.models import Plan
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation import members, organisation, teams
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Member, Team
from nenrin.foundation.roles import Role
from nenrin.ingest import catalogue
from nenrin.insight import health_models
from nenrin.insight.revenue import policies
from nenrin.simulator import product
from nenrin.simulator.tracking import NAMESPACE
from nenrin.values import Text

DESK = Actor("source", "desk", "サポートデスク")
SURVEYS = Actor("source", "surveys", "アンケート")
# The namespace of the customer whose installation sends its own events.
OWN_NAMESPACE = "onprem"
USE_CASES = ("日報・作業記録", "点検・検査", "承認・稟議", "在庫・資材")


@dataclass(frozen=True, slots=True)
class Ground:
    """What the deeds of the customers refer to: colleagues by key, plans by key."""

    members: dict[str, Member]
    plans: dict[str, Plan]

    def actor(self, key: str) -> Actor:
        """Return a colleague as the author of a deed."""
        return Actor.of(self.members[key])


def laid(*, at: datetime, password: str) -> Ground:
    """Lay the ground at the instant before the first customer, and mark the organisation as a demo."""
    organisation.change(by=SYSTEM, at=at, is_demo=True)
    colleagues = _colleagues(at, password)
    admin = Actor.of(colleagues["hasegawa"])
    tiers.replace(tiers.DEFAULTS, by=admin, at=at)
    touch_models.replace(touch_models.DEFAULTS, by=admin, at=at)
    attributes.declare(
        "use_case",
        name=Text("Use case", "利用目的"),
        kind=AttributeKind.CHOICE,
        options=USE_CASES,
        by=admin,
        at=at,
    )
    attributes.declare(
        "go_live", name=Text("Go-live", "稼働開始日"), kind=AttributeKind.DATE, position=1, by=admin, at=at
    )
    health_models.install(at=at)
    choices = {"rates": {"USD": "150"}, "sales_cycle_months": 2}
    policies.publish(choices, note="社内換算レート、営業期間2か月", by=admin, at=at)
    sold = products.save(product.PRODUCT[0], name=product.PRODUCT[1].ja, by=admin, at=at)
    plans = {
        plan.key: products.save_plan(
            plan.key, product=sold, name=plan.name.ja, limits={"seats": plan.seats}, by=admin, at=at
        )
        for plan in product.PLANS
    }
    mappings = [
        (namespace, event, use, feature)
        for namespace in (NAMESPACE, OWN_NAMESPACE)
        for event, (use, feature) in product.CATALOGUE.items()
    ]
    catalogue.map_many(mappings, by=admin, at=at)
    return Ground(colleagues, plans)


def _colleagues(at: datetime, password: str) -> dict[str, Member]:
    """Add who is not there yet. The first of each role can sign in, with the one password of all."""
    hashed = make_password(password)
    opened = {key: _team(name.ja, at) for key, name in product.TEAMS.items()}
    made: dict[str, Member] = {}
    for each in product.COLLEAGUES:
        can_sign_in = each in product.SIGN_INS
        made[each.key] = Member.objects.filter(email__iexact=each.email).first() or members.add(
            email=each.email,
            name=each.name,
            role=Role(each.role),
            team=opened.get(each.team),
            by=SYSTEM,
            at=at,
            hashed=hashed if can_sign_in else "",
        )
    return made


def _team(name: str, at: datetime) -> Team:
    return Team.objects.filter(name=name).first() or teams.open(name, by=SYSTEM, at=at)
