"""Answer the questions of first use, or answer them anew."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nenrin.customers.models import TierRule
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Organisation
from nenrin.insight.models import Segment
from nenrin.insight.start.focus import PHASES, PROBLEMS, TEAMS, Focus, of
from nenrin.values import Text

ALL = Text("all accounts", "全顧客")
GONE = Text("a part that is no longer there", "現在は存在しない対象")


class NoSuchAnswer(ValueError):
    """Not one of the answers that can be given: `field` says to which question, `known` what can be answered."""

    def __init__(self, field: str, value: str, known: tuple[str, ...]) -> None:
        super().__init__(f"{field}: {value!r} is none of {', '.join(known)}")
        self.field, self.value, self.known = field, value, known


def parts() -> dict[str, Text]:
    """What a team can begin with: everything, one phase, one tier or one segment."""
    tiers = {f"tier:{one.key}": Text(one.name_en, one.name_ja) for one in TierRule.objects.all()}
    rows = Segment.objects.filter(archived_at__isnull=True).order_by("name", "pk").values_list("pk", "name")
    segments = {f"segment:{key}": Text(name, name) for key, name in rows}
    return {"": ALL} | {f"phase:{key}": name for key, name in PHASES.items()} | tiers | segments


def answer(problem: str, team: str, begins_with: str = "", *, by: Actor, at: datetime) -> Focus:
    """Keep the answers; the worker then freezes the baseline as soon as contracts are known.

    Safe to repeat. Raises NoSuchAnswer. Journal: insight.start.answered.
    """
    known = parts()
    for field, value, choices in (("problem", problem, PROBLEMS), ("team", team, TEAMS), ("begins_with", begins_with, known)):  # fmt: skip
        if value not in choices:
            raise NoSuchAnswer(field, value, tuple(choices))
    with transaction.atomic():
        row = Organisation.objects.select_for_update().get(pk=organisation.current().pk)
        if (row.problem, row.team_size, row.begins_with) != (problem, team, begins_with):
            row.problem, row.team_size, row.begins_with = problem, team, begins_with
            row.save(update_fields=["problem", "team_size", "begins_with"])
            words = {"problem": PROBLEMS[problem], "team": TEAMS[team], "part": named(begins_with, known)}
            particulars = {f"{name}_{language}": text.in_(language) for name, text in words.items() for language in ("en", "ja")}  # fmt: skip
            journal.record("insight.start.answered", actor=by, at=at, particulars=particulars)
    return of(row)


def named(begins_with: str, known: dict[str, Text]) -> Text:
    """The part in words."""
    name = known.get(begins_with, GONE)
    if name is GONE or not begins_with.startswith("phase:"):
        return name
    return Text(f"the phase “{name.en}”, all accounts", f"「{name.ja}」の段階（全顧客）")


def show_everything(is_whole: bool, *, by: Actor, at: datetime) -> None:
    """Show every page to everyone, or only those of the focus. Safe to repeat. Journal: insight.start.widened, .narrowed."""
    with transaction.atomic():
        changed = Organisation.objects.exclude(has_whole_menu=is_whole).update(has_whole_menu=is_whole)
        if changed:
            journal.record(f"insight.start.{'widened' if is_whole else 'narrowed'}", actor=by, at=at, particulars={})
