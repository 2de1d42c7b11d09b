"""What a first-value condition may ask about: every field of segments, and what was done since the project began."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import pyarrow as pa

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Condition, Field, Unreadable
from nenrin.analytics.conditions.trees import leaves
from nenrin.ingest import lakes
from nenrin.insight import segment_fields
from nenrin.values import Text
from nenrin.work.models.onboarding import OnboardingProject

#: Asked of the events that the catalogue maps to the first value, on or after the project's first day.
OWN: Mapping[str, Field] = {
    one.key: one
    for one in (
        Field("first_value.on", Text("First first-value event since the start", "開始後に最初の成功体験が記録された日"), "date"),
        Field("first_value.days", Text("Days with a first-value event since the start", "開始後に成功体験が記録された日数"), "number", plural=True),
        Field("onboarding.day", Text("Day of the onboarding", "オンボーディングの経過日数"), "number"),
    )
}  # fmt: skip
#: The condition that a template has which says nothing else.
DEFAULT: Mapping[str, object] = {"not": {"field": "first_value.on", "op": "missing"}}
SEEN = "select account, day from usage where use = 'first_value' and account is not null group by all"


def fields() -> dict[str, Field]:
    """The fields of segments and this room's own."""
    return segment_fields.fields() | dict(OWN)


def sentence(document: object, known: Mapping[str, Field] | None = None) -> Text:
    """A condition in words; one that no longer reads says so."""
    given = fields() if known is None else known
    try:
        return conditions.sentence(conditions.parse(document, given), given)
    except Unreadable as unreadable:
        first = unreadable.problems[0].text
        return Text(f"Unreadable: {first.en}", f"読み取れません: {first.ja}")


def reached(projects: Sequence[OnboardingProject], today: date) -> dict[int, date]:
    """Which of these have reached their first value, by id, and on which day it shows in the facts.

    The day is that of the first first-value event where the condition asks for those, else today: a state is known
    only from when it is looked at.
    """
    if not projects:
        return {}
    known = fields()
    read = {one.pk: condition for one in projects if (condition := _read(one, known))}
    asked = [one for one in projects if one.pk in read]
    seen = _seen(asked, today) if any(_own(read[one.pk]) for one in asked) else {}
    found: dict[int, date] = {}
    for condition, group in _groups(asked, read):
        frame = _frame(group, condition, known, seen, today)
        for key in conditions.matching(frame, condition, known, today).column("project").to_pylist():
            days = seen.get(int(key), [])
            found[int(key)] = days[0] if days and _own(condition) else today
    return found


def _read(project: OnboardingProject, known: Mapping[str, Field]) -> Condition | None:
    document = (project.first_value or {}).get("condition", DEFAULT)
    try:
        return conditions.parse(document, known)
    except Unreadable:
        return None


def _own(condition: Condition) -> bool:
    return any(leaf.field.startswith("first_value.") for leaf in leaves(condition))


def _seen(projects: Sequence[OnboardingProject], today: date) -> dict[int, list[date]]:
    """The days with first-value events since each project began, ascending."""
    first = min(one.starts_on for one in projects)
    if first > today:
        return {}
    accounts = sorted({one.account_id for one in projects})
    with lakes.current().usage((first, today + timedelta(1)), known=today, accounts=accounts) as db:
        rows: list[tuple[int, date]] = db.sql(SEEN).fetchall()
    days: dict[int, list[date]] = {}
    for account, day in sorted(rows):
        days.setdefault(account, []).append(day)
    return {one.pk: [day for day in days.get(one.account_id, []) if day >= one.starts_on] for one in projects}


def _groups(
    projects: Sequence[OnboardingProject], read: Mapping[int, Condition]
) -> Iterable[tuple[Condition, list[OnboardingProject]]]:
    groups: list[tuple[Condition, list[OnboardingProject]]] = []
    for one in projects:
        place = next((group for condition, group in groups if condition == read[one.pk]), None)
        if place is None:
            groups.append((read[one.pk], [one]))
        else:
            place.append(one)
    return groups


def _frame(
    projects: Sequence[OnboardingProject],
    condition: Condition,
    known: Mapping[str, Field],
    seen: Mapping[int, list[date]],
    today: date,
) -> pa.Table:
    """A row a project: its account's columns and its own."""
    wanted = conditions.columns(condition, known) - set(OWN)
    accounts = segment_fields.frame(wanted, known, sorted({one.account_id for one in projects}))
    places = {account: place for place, account in enumerate(accounts.column("account").to_pylist())}
    rows = [one for one in projects if one.account_id in places]
    frame = accounts.take(pa.array([places[one.account_id] for one in rows], pa.int64()))
    days = [seen.get(one.pk, []) for one in rows]
    own = {
        "project": pa.array([one.pk for one in rows], pa.int64()),
        "first_value.on": pa.array([on[0] if on else None for on in days], pa.date32()),
        "first_value.days": pa.array([float(len(on)) for on in days], pa.float64()),
        "onboarding.day": pa.array([float(one.day(today)) for one in rows], pa.float64()),
    }
    for name, values in own.items():
        frame = frame.append_column(name, values)
    return frame


def plain_fields() -> dict[str, Field]:
    """The fields without this installation's own choices and attributes: no query."""
    return conditions.standard() | dict(OWN)
