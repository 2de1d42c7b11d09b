"""Deeds of onboarding: who began in these two years, and projects of today in every state."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from nenrin.customers.models import Contact
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.calendar import add_business_days
from nenrin.simulator.economy.workdays import worked
from nenrin.simulator.records import Customer
from nenrin.simulator.streams import stream
from nenrin.simulator.world import World
from nenrin.simulator.writer import first_weeks
from nenrin.simulator.writer.accounts import Book
from nenrin.simulator.writer.deeds import Deed
from nenrin.simulator.writer.handing import Case
from nenrin.values import Text
from nenrin.work import objectives, onboarding, plans
from nenrin.work.models import OnboardingProject, OnboardingStep, SuccessPlan
from nenrin.work.models.onboarding import Party
from nenrin.work.onboarding import (
    closing,
    criteria,
    customers,
    files,
    first_values,
    inviting,
    links,
    messages,
    policies,
    projects,
    replanning,
    rounds,
    steps,
    templates,
)

LEAD, HOUR_MINOR = "mori", 6000
#: Customers older than this began before anybody kept projects here.
KEPT_DAYS = 720
FRESH_DAYS = 60
TEMPLATE = {"enterprise": "enterprise", "mid_market": "standard", "smb": "light"}
#: The least that is a PDF.
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


@dataclass(frozen=True, slots=True)
class Now:
    """A project under way: days since it began, the steps done by now, and what happened to it."""

    template: str
    name: Text
    ago: int
    done: tuple[str, ...]
    late: Mapping[str, int] = field(default_factory=dict)  # step -> business days by which it is overdue today
    block: str = ""
    why: str = ""
    moved: int = 1  # days since the last step
    ends: str = ""  # paused, left


#: By story, or by place among the others (the newest first).
TODAY: Mapping[str, Now] = {
    "stuck": Now("standard", Text("Onboarding", "導入プロジェクト"), 41, ("prepare", "kickoff", "goal", "people", "accounts"),
                 {"data": 6}, moved=9),
    "thriving": Now("light", Text("Kansai branch", "関西支店の立ち上げ"), 6, ("welcome", "sign_in")),
    "ramp": Now("enterprise", Text("Fourth plant", "第四工場への展開"), 38, ("prepare", "kickoff", "charter", "security", "security_answer")),
    "promoter": Now("light", Text("Second store", "2号店の立ち上げ"), 13, ("welcome",), {"call": 2}),
    "recovering": Now("standard", Text("Warehouse team", "倉庫部門への展開"), 17, ("prepare", "kickoff", "goal", "people", "accounts")),
    "parent": Now("standard", Text("Head office", "本社管理部門への展開"), 48, ("prepare", "kickoff"), ends="paused", why="持株会社への移行が終わるまで"),
    "urgent": Now("standard", Text("Report team", "帳票チームへの展開"), 24, ("prepare", "kickoff", "goal", "people"), {"accounts": 3},
                  block="data", why="帳票のPDF出力不具合の解消待ち"),
    "abroad": Now("light", Text("Singapore office", "シンガポール拠点"), 11, ("welcome", "sign_in", "call", "look_back")),
    "lost": Now("light", Text("Second line", "第二ラインの立ち上げ"), 130, ("welcome",), ends="left"),
    "newest": Now("standard", Text("Onboarding", "導入プロジェクト"), 21, ("prepare", "kickoff", "goal", "people", "accounts", "data")),
}  # fmt: skip


def deeds(world: World, book: Book) -> Iterator[Deed]:
    """Yield the ground (templates, the cost of an hour), what was begun and done since, and what is under way."""
    began = min(customer.since for customer in world.customers if _is_kept(customer, world.today))
    yield Deed(book.at(began - timedelta(20), 9), 0, lambda at: _laid(book, at))
    newest = min((one for one in world.customers if not one.story), key=lambda one: world.today - one.since)
    for customer in world.customers:
        if not customer.contacts:
            continue
        case = Case(customer, book, world.today, stream(world.seed, "starting", customer.key))
        if _is_kept(customer, world.today) and (world.today - customer.since).days > FRESH_DAYS:
            yield from _past(case)
        found = TODAY.get("newest" if customer is newest else customer.story)
        if found:
            yield from _present(case, found)


def _is_kept(customer: Customer, today: date) -> bool:
    """Of customers older than that the onboarding was not written down here, but for those told of by hand."""
    return bool(customer.story) or (today - customer.since).days < KEPT_DAYS


def _laid(book: Book, at: datetime) -> None:
    templates.install(by=book.ground.actor("hasegawa"), at=at)
    policies.change(hour_minor=HOUR_MINOR, by=book.ground.actor("takagi"), at=at)


def _past(case: Case) -> Iterator[Deed]:
    """Begun with the subscription; most are through in about the time planned, some in twice of it."""
    customer, made = case.customer, list[OnboardingProject]()
    key = TEMPLATE.get(_tier(customer), "standard")
    pace = float(case.rng.choice([0.8, 1.0, 1.1, 1.3, 2.0], p=[0.2, 0.3, 0.25, 0.15, 0.1]))
    days = _paced(key, customer.since, pace)
    last = min(max(days.values()), customer.loss.on - timedelta(1) if customer.loss else case.today)
    through = {step: on for step, on in days.items() if on <= last}

    def start(at: datetime) -> None:
        made.append(_start(case, key, customer.since, Text("Onboarding", "導入プロジェクト"), at))

    yield Deed(case.book.at(customer.since, 12), 7, start)
    yield Deed(case.book.at(last, 16), 8, lambda at: _through(case, made[0], through, at))
    if customer.loss:
        yield Deed(case.book.at(customer.loss.on, 9, 40), 9, lambda at: _given_up(case, at))


def _paced(key: str, since: date, pace: float) -> dict[str, date]:
    """Step -> the day on which it ends at this pace; the first value is left to the facts."""
    template = templates.read_ready(key)
    plan = projects.dates(template, since)
    kinds = {step.key: step.kind for step in template.steps}
    return {
        one.key: since + timedelta(round((one.due - since).days * pace))
        for one in plan.steps
        if kinds[one.key] != "first_value"
    }


def _tier(customer: Customer) -> str:
    return str(getattr(customer, "tier", ""))


def _start(case: Case, template: str, on: date, name: Text, at: datetime) -> OnboardingProject:
    language = case.customer.language
    owner = case.book.ground.members[LEAD]
    return onboarding.start(
        case.account, template, starts_on=on, owner=owner, name=name.in_(language), by=case.by(LEAD), at=at,
        key=f"demo:{case.customer.key}:{on}",
    )  # fmt: skip


def _through(case: Case, made: OnboardingProject, days: Mapping[str, date], at: datetime) -> None:
    """The steps, and the success agreed with the customer, without which nothing is closed."""
    steps.finish_many(made, days, by=case.by(LEAD), at=at)
    if SuccessPlan.objects.filter(account=case.account).exists():
        return
    by, language = case.by(LEAD), case.customer.language
    title = Text("What success is", "成功の定義").in_(language)
    plan = plans.open(case.account, title, success=case.say("success"), owner=case.book.ground.members[case.keeper],
                      starts_on=at.date(), language=language, by=by, at=at)  # fmt: skip
    figure = Text("Hours for the monthly report", "月次報告の作成時間").in_(language)
    objectives.add(plan, title=figure, sort="business", figure=figure, unit="h", baseline=24, target=8,
                   due_on=worked(at.date() + timedelta(120)), by=by, at=at)  # fmt: skip
    plans.agree(plan, agreed_with=case.fill("{boss}"), by=by, at=at)


def _given_up(case: Case, at: datetime) -> None:
    """Nothing is left to reach with a customer that has gone."""
    reason = Text("The contract ended.", "解約のため終了").in_(case.customer.language)
    for plan in SuccessPlan.objects.live().filter(account=case.account):
        plans.abandon(plan, reason, by=case.by(case.keeper), at=at)


def _present(case: Case, found: Now) -> Iterator[Deed]:
    """Begun some weeks ago; the steps named are done, one may be late, held, or the whole may rest."""
    made: list[OnboardingProject] = []
    on = case.today - timedelta(found.ago)

    def start(at: datetime) -> None:
        made.append(_start(case, found.template, on, found.name, at))

    yield Deed(case.book.at(on, 11), 9, start)
    moved = found.ago // 2 if found.ends else found.moved
    yield Deed(case.book.at(case.today - timedelta(moved), 15), 9, lambda at: _so_far(case, made[0], found, at))
    if found.ends:
        ended = case.today - timedelta(found.ago // 3)
        yield Deed(case.book.at(ended, 17), 9, lambda at: _ended(case, made[0], found, at))
    elif case.customer.story in ("stuck", "abroad", "") or found.template == "enterprise":
        spoke = case.today - timedelta(max(found.moved, 2))
        yield Deed(case.book.at(spoke, 16), 10, lambda at: _spoken(case, made[0], found, at))


def _so_far(case: Case, made: OnboardingProject, found: Now, at: datetime) -> None:
    """What is done ended as planned, or by today's deed where it was planned for later."""
    by, last = case.by(LEAD), at.astimezone(case.book.zone).date()
    rows = {row.key: row for row in OnboardingStep.objects.filter(project=made).select_related("project")}
    steps.finish_many(made, {key: min(rows[key].due_on, last) for key in found.done}, by=by, at=at)
    if not found.ends:
        replanning.replan(made, reason="進み具合に合わせて見直し", by=by, at=at)
    for key, days in found.late.items():
        steps.change(rows[key], due_on=add_business_days(case.today, -days), by=by, at=at)
    if case.customer.story == "stuck":
        steps.change(rows["data"], title_ja="職員データの提出", title_en="Send the staff list", by=by, at=at)
    if found.block:
        steps.block(rows[found.block], found.why, by=by, at=at)


def _ended(case: Case, made: OnboardingProject, found: Now, at: datetime) -> None:
    if found.ends == "paused":
        projects.pause(made, found.why, by=case.by(LEAD), at=at)
    else:
        projects.cancel(made, "left", by=case.by(LEAD), at=at)


def _spoken(case: Case, made: OnboardingProject, found: Now, at: datetime) -> None:
    """A link, a file of ours, a message each way."""
    language, lead = case.customer.language, case.book.ground.members[LEAD]
    people = list(Contact.objects.filter(account=case.account, left_on__isnull=True).order_by("pk"))
    if not people:
        return
    _shared_out(case, made, found, people, at)
    issued = links.issue(made, people[-1], by=case.by(LEAD), at=at, days=120, secret=links.made_up(made, people[-1]))
    name = Text("How to fill in the list.pdf", "名簿の記入方法.pdf").in_(language)
    files.give(made, name, [PAPER], member=lead, at=at)
    ours = Text(
        "Welcome. Your next step stands on top; the list can also be sent as it is.",
        "導入の次のステップを一番上に表示しています。名簿は今お持ちの形式のままで構いません。",
    ).in_(language)
    messages.write(made, ours, member=lead, at=at)
    theirs = Text(
        "Our payroll office keeps the list. We ask them to send it.",
        "名簿は社労士の先生が管理しているため、送付を依頼中です。",
    ).in_(language)
    customers.write(issued.link, theirs, at=at + timedelta(hours=3))


def _shared_out(case: Case, made: OnboardingProject, found: Now, people: list[Contact], at: datetime) -> None:
    """What they have to do next is in the hands of whoever has the link, the step after it in a colleague's."""
    theirs = made.steps.filter(party=Party.CUSTOMER, state="open").exclude(key__in=found.done)
    hands = people[-1:] + people[:-1][-1:]
    for step, person in zip(theirs.select_related("project").order_by("position"), hands, strict=False):
        steps.change(step, contact_id=person.pk, by=case.by(LEAD), at=at)


def lived(book: Book, *, now: datetime) -> int:
    """What the facts say of first values, on the days on which they say it; who is through is closed; today's standing."""
    waiting = list(OnboardingProject.objects.filter(first_value_on__isnull=True).live().select_related("account"))
    today = now.astimezone(book.zone).date()
    found = criteria.reached(waiting, today)
    for project in waiting:
        if project.pk in found:
            first_values.put(project, found[project.pk], by=SYSTEM, at=book.at(found[project.pk], 22))
    _closed(book, waiting, today)
    first_weeks.followed(book, now=now)
    rounds.all_turned(now)
    _invited(book, now)
    return len(found)


def _closed(book: Book, rows: list[OnboardingProject], today: date) -> None:
    """Projects of the past: closed where all is settled; the first value that never showed is said to be missing."""
    for project in rows:
        project.refresh_from_db()
        if (today - project.starts_on).days < FRESH_DAYS * 2 or not project.is_live or project.state == "paused":
            continue
        done = [step for step in project.steps.all() if step.settled_on]
        on = max([project.starts_on, *(step.settled_on for step in done if step.settled_on)])
        at = book.at(min(on + timedelta(2), today), 18)
        for step in project.steps.filter(state="open").select_related("project"):
            steps.waive(step, "利用データでは確認できず、定例で確認", by=book.ground.actor(LEAD), at=at)
        project.refresh_from_db()
        if not closing.missing(project):
            closing.close(project, reason="定例で利用を確認済み", by=book.ground.actor(LEAD), at=at)


def _invited(book: Book, now: datetime) -> None:
    """An invitation that waits for somebody to let it go."""
    newest = OnboardingProject.objects.filter(state="running").order_by("-starts_on").select_related("account").first()
    contact = Contact.objects.filter(account=newest.account, emails__isnull=False).first() if newest else None
    if newest and contact:
        inviting.draft(newest, contact, by=book.ground.actor(LEAD), at=now)
