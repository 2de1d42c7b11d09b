"""A small world for the permission matrix: every kind of object once per owner, and words that only some may read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.records import Record
from nenrin.customers import (
    accounts,
    attributes,
    contacts,
    deputies,
    handovers,
    merges,
    ownership,
    products,
    subscriptions,
)
from nenrin.customers.models import Account, Tag
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation import journal, leases, organisation, teams, tokens
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import ApiToken, Member
from nenrin.foundation.permissions import FieldClass
from nenrin.foundation.roles import Role
from nenrin.ingest import answers, catalogue, costs, efforts, imports, invoices, rates, sources, tickets
from nenrin.ingest.facts import knowing
from nenrin.ingest.models import Conflict, EndUser, LiveEvent, Quarantined
from nenrin.insight import days, health_models, overrides, pulses, refresh, segments
from nenrin.insight.executive import comments
from nenrin.insight.models import Health, HealthDetail, HealthModelVersion, Risk, RiskModelVersion, RiskSaid
from nenrin.values import Money, Text
from nenrin.work import touches
from tests import cast
from tests.insight import backtests_world, risk_backtests_world
from tests.web import (
    handoffs_world,
    journeys_world,
    losses_world,
    mail_world,
    matrix_playbooks,
    onboarding_world,
    opportunities_world,
    renewals_world,
    start_world,
    work_world,
)

#: Part of every personal word of this world, and of nothing else; the search for it does not contain it whole.
CANARY = "zq7xkanarie"
ASKED = "zq7xkan"
OWNERS = ("own", "team", "foreign", "nobody")
TOKYO = ZoneInfo("Asia/Tokyo")


@dataclass
class World:
    """Whose eyes it is seen with, and the ids by kind: `ids[kind][owner]`; kinds without an owner have "own" only."""

    viewer: Member
    secret: str
    ids: dict[str, dict[str, int | str]] = field(default_factory=dict)

    def put(self, kind: str, key: int | str, owner: str = "own") -> None:
        self.ids.setdefault(kind, {})[owner] = key


def build(at: datetime) -> World:
    """The world of one viewer, whose role the tests change as they go."""
    viewer = cast.member(Role.ADMINISTRATOR, team="東日本")
    mate = cast.member(Role.CSM, "同僚", team="東日本")
    stranger = cast.member(Role.CSM, "他部門", team="西日本")
    secret = tokens.issue(viewer, "matrix", at=datetime(2026, 1, 5, tzinfo=UTC), by=SYSTEM, can_write=True)
    world = World(viewer, secret)
    attributes.declare(
        "owner_phone", name=Text("Phone", "電話"), kind=AttributeKind.TEXT, by=SYSTEM, at=at,
        field_class=FieldClass.PERSONAL,
    )  # fmt: skip
    health_models.install(at=at)
    for owner, member in zip(OWNERS, (viewer, mate, stranger, None), strict=True):
        _company(world, owner, member, at)
    _rest(world, mate, at)
    matrix_playbooks.put(world, at)
    start_world.begun(at)
    journal.seal()
    refresh.here()
    leases.take("worker.drain", holder="test", seconds=60, at=at)
    return world


def _company(world: World, owner: str, member: Member | None, at: datetime) -> None:
    fields = {"attributes": {"owner_phone": f"090-{CANARY}"}}
    account = accounts.open(f"会社 {owner}", keys=[("crm", owner)], by=SYSTEM, at=at, **fields)
    if member:
        ownership.assign(account, member, by=SYSTEM, at=at)
    world.put("account", account.pk, owner)
    person = contacts.add(
        account, f"山田 {CANARY}", by=SYSTEM, at=at, namespace="crm", key=owner, kana=CANARY,
        phone=CANARY, emails=[f"{CANARY}@{owner}.example"],
    )  # fmt: skip
    contacts.change(person, by=SYSTEM, at=at, phone=f"{CANARY} 2")
    world.put("contact", person.pk, owner)
    signed = subscriptions.sign(account, by=SYSTEM, at=at, namespace="crm", key=owner, starts_on="2026-04-01")
    world.put("subscription", signed.pk, owner)
    touch = touches.write(account, "meeting", title=f"{CANARY} さん", body=CANARY, happened_at=at, by=SYSTEM, at=at)
    world.put("touch", touch.pk, owner)
    work_world.company(world, owner, account, member, touch, at)
    pulse = pulses.give(account.pk, 3, by=Actor.of(world.viewer), at=at, note=f"{CANARY} と話した")
    world.put("pulse", pulse.pk, owner)
    end = date(2026, 12, 20)
    override = overrides.set_(
        account.pk, by=Actor.of(world.viewer), at=at, reason="確認中", expires_on=end, band="caution"
    )
    world.put("override", override.pk, owner)
    version = HealthModelVersion.objects.filter(state="published").earliest("pk")
    scored = {"as_of": organisation.today(at), "at": at, "today": 52, "score": 52, "band": "caution", "coverage": 1}
    Health.objects.create(account=account, since=organisation.today(at), version=version, **scored)
    HealthDetail.objects.create(account=account, now=_judged(account, version, organisation.today(at)).to_json())
    world.put("invoice", _imported(account, owner, at), owner)
    mail_world.company(world, owner, account.pk, CANARY, at)
    handoffs_world.add(world, account, owner, person, at)
    renewals_world.add(signed, CANARY, at)
    losses_world.add(world, account, owner, CANARY, at)
    opportunities_world.add(world, account, owner, CANARY, at)
    onboarding_world.add(world, account, owner, person, CANARY, at)
    journeys_world.add(world, account, owner, CANARY, at)


def _judged(account: Account, version: HealthModelVersion, today: date) -> Record:
    """A day's score that stands by hand alone."""
    none: dict[str, int] = {}
    points, day = 52_000_000, days.number(today)
    held = (Band.CAUTION, day, Band.CAUTION, day, none, none, none, none, points, True, {})
    return Record(account.pk, day, version.pk, "", points, points, 1.0, True, *held)


def _imported(account: Account, owner: str, at: datetime) -> int:
    """Returns the invoice's number."""
    known = knowing.on_arrival(organisation.today(at))
    ticket = tickets.Told(owner, account.pk, at, title=f"{CANARY} から", requester=f"{CANARY}@x.example")
    tickets.put([ticket], namespace="desk", by=SYSTEM, at=at, zone=TOKYO, knowing=known)
    answer = answers.Told(owner, account.pk, "nps", 7, at, respondent=f"{CANARY}@x.example", comment=CANARY)
    answers.put([answer], namespace="survey", by=SYSTEM, at=at, zone=TOKYO, knowing=known)
    invoice = invoices.Told(owner, account.pk, date(2026, 4, 1), Money(110_000), due_on=date(2026, 4, 30))
    [billed] = invoices.put([invoice], namespace="crm", by=SYSTEM, at=at, zone=TOKYO, knowing=known)
    return billed.row.pk


def _rest(world: World, mate: Member, at: datetime) -> None:
    work_world.rest(world, at)
    left, right = (accounts.open(f"統合 {n}", by=SYSTEM, at=at) for n in (1, 2))
    world.put("merge", merges.merge(left, right, by=SYSTEM, at=at).pk)
    everyone = {"all": [{"field": "status", "op": "=", "value": "customer"}]}
    segment = segments.save("顧客", everyone, by=Actor.of(world.viewer), at=at)
    world.put("segment", segment.pk)
    file = imports.upload(
        "accounts", source="crm", name="a.csv", content=[f"name\n{CANARY}\n".encode()], by=SYSTEM, at=at
    )
    world.put("import", file.pk)
    source = sources.open("product", by=SYSTEM, at=at)
    world.put("source", source.source.pk)
    named = catalogue.map_many([("product", "Signed In", "login", "")], by=SYSTEM, at=at)[0]
    world.put("event", named.pk)
    world.put("exclusion", catalogue.exclude("user", "bot-*", by=SYSTEM, at=at).pk)
    published = HealthModelVersion.objects.filter(state="published").first()
    assert published is not None
    draft = health_models.draft(published.document, by=SYSTEM, at=at)
    backtests_world.finished(published, at)
    world.put("backtest", backtests_world.finished(draft, at).pk)
    world.put("model", published.key)
    world.put("model_number", published.number)
    world.put("member", mate.pk)
    world.put("token", ApiToken.objects.latest("pk").pk)
    world.put("entry", journal.Entry.objects.latest("pk").pk)
    world.put("attribute", attributes.declared()[0].pk)
    world.put("tag", Tag.objects.create(name="重点").pk)
    world.put("team", teams.open("開設", by=SYSTEM, at=at).pk)
    product = products.save("core", name="Core", by=SYSTEM, at=at)
    world.put("product", product.pk)
    world.put("plan", products.save_plan("core", product=product, name="Core", by=SYSTEM, at=at).pk)
    booked = {
        "namespace": "crm",
        "by": SYSTEM,
        "at": at,
        "zone": TOKYO,
        "knowing": knowing.on_arrival(organisation.today(at)),
    }
    world.put("cost", costs.put([costs.Told("own", date(2026, 4, 1), "cs", Money(5000))], **booked)[0].row.pk)
    quoted = booked | {"namespace": rates.NAMESPACE}
    world.put("rate", rates.put([rates.Told(date(2026, 4, 1), "USD", "JPY", "150")], **quoted)[0].row.pk)
    world.put("hours", efforts.put([efforts.Told("own", date(2026, 4, 1), "cs", 60)], **booked)[0].row.pk)
    _events(source.source.pk, at)
    _risks(world, at)
    mail_world.rest(world, CANARY, at)
    _ownership(world, mate, at)
    day = organisation.today(at)
    said = comments.write("新規成約継続", kpi="mrr", grain="month", day=day, by=Actor.of(mate), at=at)
    world.put("board_comment", said.pk)


def _ownership(world: World, mate: Member, at: datetime) -> None:
    """Somebody is away, and each account is about to be handed over."""
    back = date(2026, 12, 1)
    away = deputies.appoint(world.viewer, mate, from_on=date(2026, 11, 24), until_on=back, by=SYSTEM, at=at)
    world.put("deputy", away.pk)
    third = cast.member(Role.CSM, "後任", team="東日本")
    for owner, key in world.ids["account"].items():
        account = Account.objects.get(pk=key)
        asked = handovers.propose(account, third, by=SYSTEM, at=at, note=f"{CANARY} さんに挨拶")
        world.put("handover", asked.pk, owner)


def _risks(world: World, at: datetime) -> None:
    """A model of leaving that is in use, and what it says and said of every account."""
    day = date(2026, 10, 31)
    model = RiskModelVersion.objects.create(
        event="churn", number=1, state="trusted", known_on=day, first_on=day, last_on=day, learned_at=at, used_from=at,
        told_on=day, card={"events": 60, "rows": 900, "shows_probability": True, "step": "health"},
    )  # fmt: skip
    world.put("risk_model", model.pk)
    risk_backtests_world.finished(model, at)
    said = {"event": "churn", "as_of": day, "version": model, "p": 0.2, "low": 0.1, "high": 0.3, "minor": 50_000}
    said |= {"horizons": [[30, 0.07, 0.03, 0.1], [90, 0.2, 0.1, 0.3]], "months": [0.07] * 12}
    for account in world.ids["account"].values():
        Risk.objects.create(account_id=account, at=at, reasons=[["health_score", 0.4, 52.0, 0.1]], **said)
        RiskSaid.objects.create(account_id=account, **said)


def _events(source: int, at: datetime) -> None:
    """Raw events as they came, set aside and contradicting: none of it for roles without personal data."""
    body = f'{{"type":"identify","userId":"{CANARY}","traits":{{"email":"{CANARY}@x.example"}}}}'
    LiveEvent.objects.create(
        source=source, namespace="product", received_at=at, type="identify", name="", key=f"u:{CANARY}",
        verdict="stored", body=body,
    )  # fmt: skip
    Quarantined.objects.create(
        source=source, namespace="product", is_trusted=True, batch=1, place=0, received_at=at, reason="unreadable",
        detail=f"userId {CANARY}", body=body,
    )  # fmt: skip
    Conflict.objects.create(
        namespace="product", kind="two_users", left=CANARY, right=f"{CANARY}2", times=1, first_at=at, last_at=at
    )
    EndUser.objects.create(namespace="product", user=CANARY, traits={"email": [f"{CANARY}@x.example", 1, True]})
