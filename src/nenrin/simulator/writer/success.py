"""Deeds of success plans, and promises of today's stories: what the pages of a Monday morning should show."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from nenrin.foundation.calendar import add_business_days
from nenrin.simulator.economy.workdays import worked, worked_by
from nenrin.simulator.streams import stream
from nenrin.simulator.world import World
from nenrin.simulator.writer.accounts import Act, Book
from nenrin.simulator.writer.deeds import Deed
from nenrin.simulator.writer.handing import Case
from nenrin.values import Text
from nenrin.work import milestones, objectives, plans, promises
from nenrin.work.models import SuccessPlan
from nenrin.work.models.promise import Origin

TEMPLATES = ("efficiency", "quality", "growth", "adoption")
#: Figures of theirs by template: baseline, target, and what was told since.
FIGURES: dict[str, tuple[float, float, tuple[float, ...]]] = {
    "efficiency": (120, 70, (112, 96, 84)),
    "quality": (18, 6, (17, 12, 9)),
    "growth": (40, 55, (41, 46, 50)),
    "adoption": (0, 8, (1, 3, 5)),
}
#: Every so many of the customers without a story has a plan.
ONE_IN = 3
#: Days from today -> a promise of a story: words, whether it is kept.
STORIES: dict[str, tuple[tuple[int, str, bool], ...]] = {
    "drifting": (
        (4, "基幹システム連携の手順書", False),
        (16, "名古屋拠点向けの追加研修", False),
        (-22, "請求書の部門別内訳", True),
    ),
    "stuck": ((1, "データ移行の手順を電話で説明", False), (-3, "現場リーダー向けの短い動画", False)),
    "urgent": ((-6, "帳票のPDF出力不具合の原因報告", False), (2, "代替手順の説明会", False)),
    "notice": ((-2, "拠点別の利用実績の提出", False), (6, "更新条件の回答", False)),
}


def deeds(world: World, book: Book) -> Iterator[Deed]:
    """Yield plans of the stories and of some others, and the promises that wait this week."""
    others = 0
    for customer in world.customers:
        if not customer.contacts or customer.is_lost:
            continue
        case = Case(customer, book, world.today, stream(world.seed, "success", customer.key))
        others += not customer.story
        if customer.story == "stuck":
            yield Deed(book.at(customer.since + timedelta(8), 15), 9, _drafted(case))
        elif customer.story:
            yield from _planned(case, achieved=customer.story == "promoter")
        elif not customer.story and others % ONE_IN == 0:
            yield from _planned(case, achieved=case.rng.random() < 0.15)
        yield from _promised(case)


def _planned(case: Case, *, achieved: bool) -> Iterator[Deed]:
    key = str(case.rng.choice(TEMPLATES))
    begun = max(case.customer.since + timedelta(12), case.today - timedelta(int(case.rng.integers(60, 200))))
    if begun > case.today - timedelta(20):
        return
    made: list[SuccessPlan] = []
    yield Deed(case.book.at(begun, 15), 9, lambda at: made.append(_begin(case, key, at)))
    yield Deed(case.book.at(begun + timedelta(6), 16), 9, lambda at: _agree(case, key, made[0], at))
    told = FIGURES[key][2]
    days = [begun + timedelta(25 * (n + 1)) for n in range(len(told) if achieved else int(case.rng.integers(1, 4)))]
    for on, value in zip(days, told, strict=False):
        if on <= case.today:
            yield Deed(case.book.at(on, 11), 9, _measured(case, made, value))
    ahead = worked(case.today + timedelta(int(case.rng.integers(-6, 40))))
    reviewed = begun + timedelta(int(case.rng.integers(15, 50)))
    if reviewed < case.today:
        yield Deed(case.book.at(reviewed, 17), 9, _reviewed(case, made, ahead))
    if achieved:
        yield Deed(case.book.at(case.today - timedelta(9), 10), 9, _achieved(case, made, FIGURES[key][1]))


def _begin(case: Case, key: str, at: datetime) -> SuccessPlan:
    language = case.customer.language
    year = at.year if at.month >= 4 else at.year - 1
    title = f"Success plan FY{year}" if language == "en" else f"{year}年度サクセスプラン"
    keeper, until = case.keeper, add_business_days(at.date(), 130)
    for earlier in SuccessPlan.objects.live().filter(account=case.account):
        _followed(case, earlier, keeper, at)
    return plans.open(
        case.account, title, template=key, success=case.say("success"), owner=case.book.ground.members[keeper],
        starts_on=at.date(), ends_on=until, language=language, by=case.by(keeper), at=at,
    )  # fmt: skip


def _followed(case: Case, earlier: SuccessPlan, keeper: str, at: datetime) -> None:
    """What was agreed at the start is reached when the plan of a year takes its place."""
    by = case.by(keeper)
    for figure in earlier.objectives.filter(measure="").select_related("plan"):
        objectives.measure(figure, figure.target or 0, by=by, at=at)
    words = Text("Reached; the plan of the year goes on from here.", "目標を達成。以降は年度のプランで進める。")
    plans.achieve(earlier, words=words.in_(case.customer.language), by=by, at=at)


def _agree(case: Case, key: str, plan: SuccessPlan, at: datetime) -> None:
    """Name what the template left open, see to the first steps, and agree."""
    baseline, target, _ = FIGURES[key]
    by = case.by(case.keeper)
    for each in plan.objectives.all():
        if each.measure:
            objectives.change(each, baseline=round(float(case.rng.uniform(0.1, 0.4)), 2), by=by, at=at)
        else:
            objectives.change(each, baseline=baseline, target=target, due_on=plan.ends_on, by=by, at=at)
    boss = case.fill("{boss}")
    plans.agree(plan, agreed_with=boss, by=by, at=at)
    for step in plan.milestones.filter(due_on__lt=case.today - timedelta(4)):
        on = min(step.due_on or at.date(), case.today)
        milestones.done(step, on=max(on, at.date()), by=by, at=at)


def _measured(case: Case, made: list[SuccessPlan], value: float) -> Act:
    def act(at: datetime) -> None:
        figure = made[0].objectives.filter(measure="").select_related("plan").first()
        if figure is not None:
            objectives.measure(figure, value, by=case.by(case.keeper), at=at)

    return act


def _reviewed(case: Case, made: list[SuccessPlan], ahead: date) -> Act:
    words = "Went through the figures together; the next steps stand." if case.customer.language == "en" else "数値を一緒に確認。次のステップに合意。"  # fmt: skip
    return lambda at: plans.review(made[0], words=words, next_on=ahead, by=case.by(case.keeper), at=at)


def _achieved(case: Case, made: list[SuccessPlan], target: float) -> Act:
    def act(at: datetime) -> None:
        by = case.by(case.keeper)
        for figure in made[0].objectives.filter(measure="").select_related("plan"):
            objectives.measure(figure, target, by=by, at=at)
        plans.achieve(made[0], words=case.say("feedback", "story"), by=by, at=at)

    return act


def _drafted(case: Case) -> Act:
    """A draft that still lacks the customer's words and a business measure."""

    def act(at: datetime) -> Any:
        owner = case.book.ground.members["mori"]
        plan = plans.open(case.account, "オンボーディングの成功計画", owner=owner, by=case.by("mori"), at=at)
        usage: dict[str, Any] = {
            "title": "現場の全員が毎週利用する",
            "sort": "usage",
            "measure": "active_user_share",
            "target": 0.7,
        }
        objectives.add(plan, by=case.by("mori"), at=at, **usage)
        return milestones.add(
            plan,
            title="最初の帳票を共有する",
            side="theirs",
            due_on=worked(case.today + timedelta(6)),
            by=case.by("mori"),
            at=at,
        )

    return act


def _promised(case: Case) -> Iterator[Deed]:
    for days, words, is_kept in STORIES.get(case.customer.story, ()):
        yield Deed(case.book.at(case.today - timedelta(30), 13), 9, _promise(case, days, words, is_kept))


def _promise(case: Case, days: int, words: str, is_kept: bool) -> Act:
    def act(at: datetime) -> None:
        keeper = "mori" if case.customer.story == "stuck" else case.keeper
        owner, day = case.book.ground.members[keeper], case.today + timedelta(days)
        row = promises.make(
            case.account, words, due_on=worked(day) if days > 0 else worked_by(day), owner=owner, origin=Origin.MEETING,
            by=case.by(keeper), at=at,
        )  # fmt: skip
        if is_kept:
            promises.keep(row, outcome=case.say("kept"), by=case.by(keeper), at=at + timedelta(days=5))

    return act
