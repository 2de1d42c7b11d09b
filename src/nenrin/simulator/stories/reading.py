"""Turns the files in `arcs/` into customers, their days counted back from today."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from nenrin.customers.terms import add_months
from nenrin.simulator import records
from nenrin.simulator.economy.workdays import worked_by
from nenrin.simulator.names import corporate_numbers
from nenrin.simulator.names.words import DEPARTMENTS, PREFECTURES, TITLES
from nenrin.simulator.product import FEATURES
from nenrin.simulator.prose import texts
from nenrin.simulator.records import Customer
from nenrin.simulator.stories import terms
from nenrin.simulator.streams import stream
from nenrin.values import Text

Row = dict[str, Any]
ARCS = Path(__file__).parent / "arcs"
# Invented numbers of stories lie above those of generated companies.
FIRST_SERIAL = 900_000
YEN_PER_DOLLAR = 150
# A survey is answered so many days after it was sent.
SENT_DAYS = 4
# The days back at which files tell a transfer, and up to where what follows it moves along.
TOLD_AGO, MOVED_UP_TO = 52, 60

_TITLES = {title.en: title for titles in TITLES.values() for title in titles}
_DEPARTMENTS = {department.en: department for department in DEPARTMENTS}
_PREFECTURES = {prefecture.name.en: prefecture for prefecture in PREFECTURES}


def told(today: date, seed: int) -> list[Customer]:
    """Return every story's customer, as it stands on `today`; the same files and seed give the same
    customers.
    """
    rows = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(ARCS.glob("*.yaml"))]
    parents = {child: row["key"] for row in rows for child in row.get("children", ())}
    return [_customer(row, parents, place, today, seed) for place, row in enumerate(rows)]


def key_of(story: str) -> str:
    """Return the external key of a story's customer."""
    return f"T-{story.replace('_', '-')}"


def _customer(row: Row, parents: dict[str, str], place: int, today: date, seed: int) -> Customer:
    prefecture = _PREFECTURES.get(row["prefecture"])
    contract = _contract(row, today)
    return Customer(
        key=key_of(row["key"]),
        name=row["name"]["ja"],
        kana=row["name"]["kana"],
        roman=row["name"]["en"],
        domain=row["domain"],
        corporate_number=corporate_numbers.numbered(FIRST_SERIAL + place) if row["name"]["kana"] else "",
        language=row.get("language", "ja"),
        industry=row["industry"],
        prefecture=prefecture.name.ja if prefecture else "",
        region=prefecture.region.ja if prefecture else "海外",
        tier=row["tier"],
        employees=row["employees"],
        source=row.get("source", "inbound"),
        since=contract.starts_on,
        behaviour=_behaviour(row, contract, today),
        contracts=(contract,),
        contacts=_contacts(row, today),
        tickets=_tickets(row, today),
        answers=_answers(row, today),
        touches=_touches(row, today, seed),
        pulses=tuple(
            records.Pulse(_back(each, today), each["grade"], each["reason"]) for each in row.get("pulses", ())
        ),
        tags=tuple(row["tags"]),
        parent=key_of(parents[row["key"]]) if row["key"] in parents else "",
        loss=_loss(row, today),
        duplicate=_duplicate(row, today),
        story=row["key"],
        shown=records.Shown(row["shows"]["band"], tuple(row["shows"]["because"]), _text(row["shows"])),
    )


def _text(row: Row) -> Text:
    return Text(row["en"], row["ja"])


def _back(row: Row, today: date) -> date:
    return terms.last_transfer(today) if row["ago"] == "transfer" else today - timedelta(row["ago"])


def _contract(row: Row, today: date) -> records.Contract:
    given, lost = row["contract"], row.get("lost")
    term, notice = given.get("term", 12), given["notice_months"]
    ends_on = _ends_on(given, lost, notice, today)
    starts_on = terms.start_for(ends_on, term, today - timedelta(row["since"]))
    return records.Contract(
        key=f"C-{row['key'].replace('_', '-')}",
        plan=given["plan"],
        starts_on=starts_on,
        term_months=term,
        ends_on=ends_on,
        auto_renews=given.get("auto_renews", True),
        notice_months=notice,
        currency=given.get("currency", "JPY"),
        steps=_steps(row, starts_on, ends_on, today),
        noticed_on=today - timedelta(lost["noticed_ago"]) if lost else None,
        ended_on=ends_on if lost else None,
        end_reason=lost["reason"] if lost else "",
    )


def _ends_on(given: Row, lost: Row | None, notice: int, today: date) -> date:
    if lost:
        return today - timedelta(lost["ago"])
    if "notice_in" in given:
        return terms.ends_for_deadline(today + timedelta(given["notice_in"]), notice)
    exact = today + timedelta(given["ends_in"])
    return exact if given.get("is_exact") else terms.first_of_month(exact)


def _steps(row: Row, starts_on: date, ends_on: date, today: date) -> tuple[records.Step, ...]:
    """Steps as the contract names them, or one for every renewal of the past at which seats changed."""
    given = row["contract"]
    if "steps" in given:
        dated = [(today - timedelta(step["ago"]), step["seats"]) for step in given["steps"]]
        dated[0] = (starts_on, dated[0][1])
    else:
        past = sorted(row.get("history", ()), key=lambda each: -each["years_ago"])
        dated = [(_renewal(ends_on, each["years_ago"] + 1), each["seats"]) for each in past]
        dated.append((_renewal(ends_on, 1), given["seats"]))
        dated = [(max(day, starts_on), seats) for day, seats in dated]
    latest = dict(dated)
    changed = [(day, seats) for day, seats in sorted(latest.items()) if day >= starts_on]
    steps = [records.Step(day, seats, _minor(given, seats)) for day, seats in changed]
    return tuple(step for place, step in enumerate(steps) if place == 0 or step.seats != steps[place - 1].seats)


def _renewal(ends_on: date, years: int) -> date:
    return add_months(ends_on, -12 * years)


def _minor(given: Row, seats: int) -> int:
    yen: int = seats * given["price"]
    return round(yen / YEN_PER_DOLLAR * 100) if given.get("currency") == "USD" else yen


def _behaviour(row: Row, contract: records.Contract, today: date) -> records.Behaviour:
    joins = row.get("joins") or [[max(0, (today - contract.starts_on).days), row["users"]]]
    silent = row.get("silent_since")
    return records.Behaviour(
        adoption=tuple((_shifted(ago, row, today), float(level)) for ago, level in row["adoption"]),
        seats=tuple((_shifted(ago, row, today), users) for ago, users in joins),
        features=tuple(row.get("features", ())),
        silent_from=today - timedelta(silent) if silent else None,
        people_stop=_people_stop(row, today),
        own_source=_text(row["own_source"]) if "own_source" in row else None,
        narrow=(_shifted(row["narrows"]["ago"], row, today), tuple(row["narrows"]["to"])) if "narrows" in row else None,
    )


def _shifted(ago: int, row: Row, today: date) -> date:
    """A fall that follows a transfer is written as if that were TOLD_AGO days back, and moves with it; today stays."""
    is_moved = row.get("leaves", {}).get("ago") == "transfer" and 0 < ago <= MOVED_UP_TO
    moved = (today - terms.last_transfer(today)).days - TOLD_AGO if is_moved else 0
    return today - timedelta(ago + moved)


def _people_stop(row: Row, today: date) -> tuple[tuple[int, date], ...]:
    """Whoever left logs in no more: contacts are the first users, in the order they are listed."""
    leaves = row.get("leaves")
    roles = [person["role"] for person in row["people"]]
    return ((roles.index(leaves["role"]), _back(leaves, today)),) if leaves else ()


def _contacts(row: Row, today: date) -> tuple[records.Contact, ...]:
    leaves = row.get("leaves", {"role": None})
    return tuple(
        records.Contact(
            key=f"P-{row['key'].replace('_', '-')}-{place}",
            name=f"{each['family']} {each['given']}" if each["kana"] else each["roman"],
            kana=each["kana"],
            email=f"{each['roman'].lower().replace(' ', '.')}@{row['domain']}",
            department=_DEPARTMENTS[each["department"]],
            title=_TITLES[each["title"]],
            role=each["role"],
            left_on=_back(leaves, today) if each["role"] == leaves["role"] else None,
        )
        for place, each in enumerate(row["people"])
    )


def _tickets(row: Row, today: date) -> tuple[records.Ticket, ...]:
    return tuple(
        records.Ticket(
            key=f"{row['key']}-{place}",
            opened_on=_back(each, today),
            resolved_on=_back(each, today) + timedelta(each["days"]) if "days" in each else None,
            priority=each["priority"],
            kind=each["kind"],
            title=_text(each),
            hour=9,
        )
        for place, each in enumerate(row.get("tickets", ()))
    )


def _answers(row: Row, today: date) -> tuple[records.Answer, ...]:
    return tuple(
        records.Answer(
            key=f"{row['key']}-{place}",
            survey=each["survey"],
            score=each["score"],
            on=_back(each, today),
            role=each["by"],
            comment=_text(each) if "en" in each else None,
            sent_on=_back(each, today) - timedelta(SENT_DAYS) if each["survey"] == "nps" else None,
        )
        for place, each in enumerate(row.get("answers", ()))
    )


def _touches(row: Row, today: date, seed: int) -> tuple[records.Touch, ...]:
    return tuple(
        _touch(row, each, today, stream(seed, "story", row["key"], place)) for place, each in enumerate(row["touches"])
    )


def _touch(row: Row, each: Row, today: date, rng: np.random.Generator) -> records.Touch:
    if "situation" not in each:
        left = terms.last_transfer(today)
        words = _text(each).fill(left=f"{left.day} {left:%B}", left_ja=f"{left.month}月{left.day}日")
        title = Text(words.en.split(":")[0].split(". ")[0][:60], words.ja.split("。")[0][:40])
        return records.Touch(worked_by(_back(each, today)), each["channel"], each["minutes"], title, words)
    person = row["people"][int(rng.integers(len(row["people"])))]
    names = Text(person["roman"], person["family"] if person["kana"] else person["roman"])
    feature = FEATURES[int(rng.integers(len(FEATURES)))].name
    made = texts.touch(
        each["situation"], rng, person=names, department=_DEPARTMENTS[person["department"]], feature=feature
    )
    return records.Touch(worked_by(_back(each, today)), made.channel, made.minutes, made.title, made.body)


def _loss(row: Row, today: date) -> records.Loss | None:
    lost = row.get("lost")
    if not lost:
        return None
    noticed = today - timedelta(lost["noticed_ago"])
    return records.Loss(today - timedelta(lost["ago"]), noticed, lost["reason"], _text(lost))


def _duplicate(row: Row, today: date) -> records.Duplicate | None:
    twice = row.get("duplicate")
    if not twice:
        return None
    since, merged = today - timedelta(twice["since"]), today - timedelta(twice["merged_ago"])
    return records.Duplicate(twice["name"], twice["key"], since, merged, twice["users"])
