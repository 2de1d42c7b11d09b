"""bench.playbooks, in a process of its own: many accounts entering at once; a year of many accounts replayed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import django
import duckdb

django.setup()

from bench import _measures  # noqa: E402

from nenrin.analytics.lake import Lake  # noqa: E402
from nenrin.customers.models import Account  # noqa: E402
from nenrin.foundation import bulk, journal, members, organisation  # noqa: E402
from nenrin.foundation.actors import SYSTEM  # noqa: E402
from nenrin.foundation.models import WebhookDelivery  # noqa: E402
from nenrin.foundation.roles import Role  # noqa: E402
from nenrin.foundation.webhooks import endpoints  # noqa: E402
from nenrin.ingest import lakes  # noqa: E402
from nenrin.insight import history, segments  # noqa: E402
from nenrin.playbooks import holdouts, playbooks, playing, reactions, setting  # noqa: E402
from nenrin.playbooks import reading as documents  # noqa: E402
from nenrin.playbooks.models import Playbook, PlaybookVersion, Run  # noqa: E402
from nenrin.playbooks.replaying import occasions, replays  # noqa: E402
from nenrin.playbooks.replaying.occasions import Span  # noqa: E402
from nenrin.work.models import Task  # noqa: E402

NOW = datetime(2026, 6, 29, 0, 0, tzinfo=UTC)
CALL = {"do": "open_task", "id": "call", "title": "Call {{account}}"}
TELL = {"do": "webhook", "id": "tell", "words": "{{account}} fell"}
#: Nothing keeps anybody waiting: no approval, no cap of the hour, any hour of any day.
AT_ONCE = {"approval_above": 0, "per_hour": 0, "hours": {"from": 0, "to": 24, "business_days": False}}
SIGN = {"trigger": "band_change", "to": ["at_risk"]}
FALLS = {"trigger": "measure", "measure": "usage_trend", "op": "<=", "value": 0.5}
CUSTOMERS = {"field": "status", "op": "=", "value": "customer"}
FELL = {"trigger": "score_fall", "points": 15, "days": 30}
PILED = {"trigger": "tickets", "count": 2, "days": 30}
RED = {"trigger": "condition", "is": {"field": "health.band", "op": "=", "value": "at_risk"}}
BESIDE, OWNERS, CHUNK_DAYS = ("beside", "besides"), 100, 30
_SHOWN = """
select a as account, date '{first}' + d::integer as day, strftime(date '{first}' + d::integer, '%Y-%m') as month,
  1 as version, 'smb' as tier, score as today, score, 1.0 as coverage, true as settled, shown as band, 0 as since, shown,
  0 as shown_since, []::bigint[] as got, []::bigint[] as "full", []::bigint[] as raw, []::bigint[] as bars,
  0 as override, false as by_hand, []::varchar[] as events, []::bigint[] as events_since
from (select a, d, score, case when score >= 70000000 then 'healthy' when score >= 40000000 then 'caution' else 'at_risk' end
  as shown from (select a, d, (20 + hash(a, (d + a) // 45) % 75) * 1000000 as score
  from range(1, {accounts} + 1) t(a), range({start}, {until}) u(d)))
order by account, day
"""


def entering(count: int) -> list[dict[str, Any]]:
    """A recomputed health lets every account's colour fall within one moment; caps, approval and arms are all asked."""
    _fallen(count, [CALL], {"approval_above": 50})
    rounds: list[float] = []
    with _visited() as visits:
        begun, used = perf_counter(), process_time()
        while True:
            at = perf_counter()
            if not reactions.react(NOW):
                break
            rounds.append(perf_counter() - at)
        seconds, used = perf_counter() - begun, process_time() - used
    print(f"{count:,} accounts entered in {used:.1f} s of processor time", file=sys.stderr)
    entered = Run.objects.exclude(state="skipped").count()
    assert entered == count, (entered, count)
    return [
        _row(f"{count:,} accounts enter a playbook at once", seconds, "s", 60.0 * count / 50_000),
        _row("the database is held by one round of them (p95)", 1000 * _p95(rounds), "ms", 200.0),
        _row(f"a page meanwhile (p95 of {len(visits):,})", 1000 * _p95(visits), "ms", 200.0),
    ]


def playing_at_once(count: int) -> list[dict[str, Any]]:
    """The same with nothing that keeps anybody waiting: those who come in are played to their end, and what that writes to
    the journal is read, as the loops of a worker do in turn."""
    slack, _ = endpoints.open("CS", "https://hooks.slack.example/cs", kind="slack", by=SYSTEM, at=NOW)
    _fallen(count, [CALL, TELL | {"endpoint": str(slack.pk)}], AT_ONCE)
    held: list[float] = []
    with _visited() as visits:
        begun, used = perf_counter(), process_time()
        while reactions.react(NOW) + _played(held):
            while journal.seal():
                pass
        seconds, used = perf_counter() - begun, process_time() - used
    print(f"{count:,} accounts played in {used:.1f} s of processor time", file=sys.stderr)
    done = Run.objects.filter(state="done").count()
    alone = Run.objects.filter(state="held_out").count()
    first, gathered = WebhookDelivery.objects.order_by("pk")
    assert first.gathered is None and gathered.gathered and gathered.gathered["count"] == done - 1, gathered.gathered
    assert Task.objects.count() == done == count - alone, (Task.objects.count(), done, alone)
    return [
        _row(f"{count:,} accounts enter and play at once: a task, a line in Slack", seconds, "s", 60.0 * count / 5_000),
        _row(f"the database is held by {playing.TOGETHER} of them that play (p95)", 1000 * _p95(held), "ms", 200.0),
        _row(f"a page while they play (p95 of {len(visits):,})", 1000 * _p95(visits), "ms", 200.0),
    ]


def _played(held: list[float]) -> int:
    """One round; `held` gets how long each of its transactions took, on average."""
    begun = perf_counter()
    count = playing.play(NOW)
    if count:
        held.append((perf_counter() - begun) / -(-count // playing.TOGETHER))
    return count


def _fallen(count: int, steps: list[dict[str, Any]], limits: dict[str, Any]) -> None:
    """So many customers whose colour has just fallen, a live playbook that hears of it, and somebody at work."""
    rows = [
        bulk.made(Account, name=f"Account {n}", status="customer", created_at=NOW, changed_at=NOW) for n in range(count)
    ]
    accounts = [row.pk for row in bulk.insert(rows)]
    document = {"playbook": "many", "name": "Many", "when": [SIGN], "who": CUSTOMERS, "steps": steps,
                "hypothesis": {"measure": "churn", "expected": -0.05, "review_on": "2027-04-01"},
                "holdout": {"share": 0.1}, "limits": limits}  # fmt: skip
    playbooks.draft(document, by=SYSTEM, at=NOW)
    playbooks.publish(Playbook.objects.get(), by=SYSTEM, at=NOW)
    told = {"band": "at_risk", "band_before": "caution"}
    for start in range(0, count, 5000):
        some = accounts[start : start + 5000]
        journal.record_many(journal.Draft("insight.health.fell", SYSTEM, NOW, one, particulars=told) for one in some)
    while journal.seal():
        pass
    email = "bench@nenrin.example"
    members.add(email=email, name="責任者", role=Role.ADMINISTRATOR, by=SYSTEM, at=NOW, password=None)


@contextmanager
def _visited() -> Iterator[list[float]]:
    """Somebody looks at page after page, in a process of their own, while the block runs; what each took, afterwards."""
    until, times = Path(os.environ["NENRIN_HOME"]) / "entered", list[float]()
    words = [sys.executable, "-m", "bench._visiting", str(until)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as visitor:
        assert visitor.stdout and visitor.stdout.readline().strip() == "ready"
        try:
            yield times
        finally:
            until.touch()
        times += json.loads(visitor.stdout.readlines()[-1])


def _p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * (len(times) - 1))]


def replay(accounts: int, days: int) -> list[dict[str, Any]]:
    lake = lakes.current()
    _measures.fill(lake, accounts, days)
    fields, choices = setting.current()
    document = documents.from_dict(
        {"playbook": "year", "name": "Year", "when": [FALLS], "who": CUSTOMERS, "steps": [CALL]}, fields, choices
    )
    first = _measures.LAST - timedelta(days - 1)
    begun, used = perf_counter(), process_time()
    found = occasions.found(document, Span(lake, first, _measures.LAST, fields, organisation.zone()))
    report = replays.report(document, found, replays.decisions(lake, _measures.LAST), {}, {}, first, _measures.LAST)
    seconds = perf_counter() - begun
    print(f"{report['fired']:,} firings, {process_time() - used:.1f} s of processor time", file=sys.stderr)
    return [
        _row(f"replay of one playbook, {accounts:,} accounts, {days} days", seconds, "s", 10.0),
        _whole(accounts, days),
    ]


def _whole(accounts: int, days: int) -> dict[str, Any]:
    """As a worker does it: asked for, read with every kind of trigger, told with owners, holdouts and others, and stored."""
    lake, months = lakes.current(), max(1, days * 12 // 365)
    _shown(lake, accounts, round(months * 365 / 12))
    owners = [
        members.add(email=f"csm{n}@nenrin.example", name=f"担当{n}", role=Role.CSM, by=SYSTEM, at=NOW, password=None).pk
        for n in range(OWNERS)
    ]
    rows = [
        bulk.made(Account, name=f"Account {n}", status="customer", owner_id=owners[n % OWNERS], created_at=NOW,
                  changed_at=NOW)
        for n in range(accounts)
    ]  # fmt: skip
    assert [row.pk for row in bulk.insert(rows)] == list(range(1, accounts + 1)), "as they are called in the lake"
    red = segments.save("Red", {"field": "health.band", "op": "=", "value": "at_risk"}, by=SYSTEM, at=NOW)
    holdouts.change(0.05, reason="bench", by=SYSTEM, at=NOW)
    for key in BESIDE:
        _live(key, [FALLS])
    for key in BESIDE:
        replays.ask(PlaybookVersion.objects.get(playbook__key=key), months=months, by=SYSTEM, at=NOW)
    while replays.step(NOW):
        pass
    _live("whole", [FALLS, FELL, PILED, RED, {"trigger": "segment", "segment": str(red.pk)}], holdout={"share": 0.1})
    row = replays.ask(PlaybookVersion.objects.get(playbook__key="whole"), months=months, by=SYSTEM, at=NOW)
    begun, used = perf_counter(), process_time()
    assert replays.step(NOW) == 1
    seconds, used = perf_counter() - begun, process_time() - used
    row.refresh_from_db()
    told = row.report
    assert row.state == "done" and told["held_out"] and all(one["count"] for one in told["overlaps"]), (row.state, told)
    print(f"{told['fired']:,} firings of five triggers, {used:.1f} s of processor time", file=sys.stderr)
    name = f"the same with five triggers, owners, holdouts, {len(BESIDE)} others, stored, {accounts:,} accounts"
    return _row(name, seconds, "s", 10.0)


def _live(key: str, when: list[dict[str, Any]], **more: Any) -> None:
    document = {"playbook": key, "name": key, "when": when, "who": CUSTOMERS, "steps": [CALL], **more,
                "hypothesis": {"measure": "churn", "expected": -0.05, "review_on": "2027-04-01"}}  # fmt: skip
    playbooks.draft(document, by=SYSTEM, at=NOW)
    playbooks.publish(Playbook.objects.get(key=key), by=SYSTEM, at=NOW)


def _shown(lake: Lake, accounts: int, days: int) -> None:
    """Scores of every account and day, each on a level of its own for some weeks."""
    table = history.scores_table(lake)
    first = _measures.LAST - timedelta(days + 30)
    with duckdb.connect() as db:
        for start in range(0, days + 31, CHUNK_DAYS):
            until = min(start + CHUNK_DAYS, days + 31)
            rows = db.sql(_SHOWN.format(accounts=accounts, first=first, start=start, until=until)).to_arrow_table()
            table.append(rows.select(history.SCORES.names).cast(history.SCORES), app="bench", version=start + 1)


def _row(name: str, figure: float, unit: str, aim: float) -> dict[str, Any]:
    return {"name": f"playbooks: {name}", "figure": round(figure, 2), "unit": unit, "peer": "aim", "peer_figure": aim,
            "ratio": round(figure / aim, 3), "aim": f"<= {aim:g}", "holds": figure <= aim}  # fmt: skip


if __name__ == "__main__":
    organisation.found("Bench", at=NOW)
    WHAT = {"entering": entering, "playing": playing_at_once, "replay": replay}
    print(json.dumps(WHAT[sys.argv[1]](*map(int, sys.argv[2:]))))
