"""python -m bench._boards: prints rows as JSON; run by bench/pages.py in a home of its own.

Renewals, the journey, opportunities and playbooks as whoever leads sees them: all of 20,000 accounts.
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import timedelta
from typing import Any

import django
import time_machine

django.setup()

from bench import _my_day, _pages  # noqa: E402
from bench._my_day import NOW, TODAY, insert  # noqa: E402
from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from nenrin.cli.init import create  # noqa: E402
from nenrin.customers.models import Account, Subscription  # noqa: E402
from nenrin.foundation import bulk, garbage  # noqa: E402
from nenrin.foundation.actors import SYSTEM  # noqa: E402
from nenrin.foundation.models import Member  # noqa: E402
from nenrin.foundation.roles import Role  # noqa: E402
from nenrin.playbooks import library, playbooks  # noqa: E402
from nenrin.playbooks.models import Playbook, Run  # noqa: E402
from nenrin.work import renewal_outlooks, renewal_snapshots  # noqa: E402
from nenrin.work.journeys import designs  # noqa: E402
from nenrin.work.models import Opportunity, RenewalCall, StageStay  # noqa: E402
from nenrin.work.models.opportunity import KINDS, ORIGINS, STATES  # noqa: E402
from nenrin.work.models.renewal import CALLS  # noqa: E402

AIM_MS, OPPORTUNITIES, RUNS_EACH = 200, 10_000, 5_000
PAGES = {
    "renewals": "/renewals",
    "renewals, two years by MRR": "/renewals?months=24&sort=-mrr",
    "journey board": "/journey",
    "journey table": "/journey/table",
    "opportunities": "/opportunities",
    "playbooks": "/playbooks",
}


def main() -> list[dict[str, Any]]:
    with time_machine.travel(NOW, tick=True):
        create(at=NOW, name="Bench", email="bench@nenrin.example", password="rings grow every year", language="ja",
               zone="Asia/Tokyo", currency="JPY", fiscal_start=4)  # fmt: skip
        for step in (_my_day.fill, _stays, _calls, _opportunities, _plays):
            begun = time.perf_counter()
            step(random.Random(2026))
            print(f"{step.__name__}: {time.perf_counter() - begun:.1f} s", file=sys.stderr, flush=True)
        return measured()


def measured() -> list[dict[str, Any]]:
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(headers={"accept-encoding": "br"})
    admin = Member.objects.get(role=Role.ADMINISTRATOR)
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    garbage.settle()
    return [row for name, path in PAGES.items() for row in _pages.page(client, name, path, AIM_MS)]


def _stays(rng: random.Random) -> None:
    """Every account in its stage for up to a year, a third of them after another stage."""
    designs.install(by=SYSTEM, at=NOW)
    rows = []
    for key, stage in Account.objects.values_list("pk", "stage"):
        since = NOW - timedelta(days=rng.randrange(1, 365))
        rows.append(bulk.made(StageStay, account_id=key, stage=stage, since=since, recorded_at=since))
        if stage != "onboarding" and rng.random() < 0.5:
            begun = since - timedelta(days=rng.randrange(20, 200))
            rows.append(
                bulk.made(StageStay, account_id=key, stage="onboarding", since=begun, until=since, recorded_at=begun)
            )
    insert(rows)


def _calls(rng: random.Random) -> None:
    """Somebody called every other term; outlooks and a snapshot of the week before as the worker makes them."""
    author = Member.objects.filter(role=Role.CSM).earliest("pk")
    words = [call.value for call in CALLS]
    insert(
        bulk.made(
            RenewalCall, account_id=row.account_id, term_end=row.ends_on, decision_on=row.notice_deadline or row.ends_on,
            number=1, call=rng.choice(words), own_probability=round(rng.random(), 2), author_id=author.pk,
            reason="定例で確認", made_at=NOW,
        )
        for row in Subscription.objects.order_by("pk")[::2]
    )  # fmt: skip
    renewal_snapshots.take(by=SYSTEM, at=NOW - timedelta(days=7))
    while stale := renewal_outlooks.stale():
        renewal_outlooks.refresh(stale, NOW)


def _opportunities(rng: random.Random) -> None:
    accounts = list(Account.objects.values_list("pk", "owner_id")[:OPPORTUNITIES])
    kinds, origins, states = ([one.value for one in some] for some in (KINDS, ORIGINS, STATES))
    insert(
        bulk.made(
            Opportunity, account_id=account, kind=rng.choice(kinds), origin=rng.choice(origins), title="上位プランのご提案",
            state=(state := rng.choice(states)), expected_minor=rng.randrange(10_000, 300_000), owner_id=owner,
            won_minor=50_000 if state == "won" else None, due_on=TODAY + timedelta(rng.randrange(-20, 90)),
            opened_at=NOW - timedelta(days=100), changed_at=NOW,
            closed_at=NOW - timedelta(days=rng.randrange(90)) if state in ("won", "lost", "withdrawn") else None,
        )
        for account, owner in accounts
    )  # fmt: skip


def _plays(rng: random.Random) -> None:
    """Every ready-made playbook, live where it can be, with what came in over half a year."""
    accounts = list(Account.objects.values_list("pk", flat=True))
    for key in library.ORDER:
        playbooks.draft(library.documents()[key], by=SYSTEM, at=NOW)
        row = Playbook.objects.get(key=library.documents()[key]["playbook"])
        version = row.versions.get()
        version.state = "live"
        version.save(update_fields=["state"])
        states = ("done", "done", "exited", "waiting", "skipped", "held_out")
        insert(
            bulk.made(
                Run, playbook_id=row.pk, version_id=version.pk, account_id=account, occasion=f"{n}",
                state=rng.choice(states), entered_at=(at := NOW - timedelta(days=rng.randrange(180))), changed_at=at,
            )
            for n, account in enumerate(rng.sample(accounts, RUNS_EACH))
        )  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main()))
