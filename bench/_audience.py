"""python -m bench._audience ACCOUNTS: prints rows as JSON; run by bench/playbooks.py in a home of its own.

Whoever writes a playbook is told whom it would reach at each change of a condition in the form.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import django

django.setup()

from bench import _pages  # noqa: E402
from bench._my_day import NOW, TODAY, insert  # noqa: E402
from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from nenrin.customers.models import Account  # noqa: E402
from nenrin.foundation import bulk, garbage, members, organisation  # noqa: E402
from nenrin.foundation.actors import SYSTEM  # noqa: E402
from nenrin.foundation.models import Member  # noqa: E402
from nenrin.foundation.roles import Role  # noqa: E402
from nenrin.insight import health_models  # noqa: E402
from nenrin.insight.models import Health, HealthModelVersion  # noqa: E402
from nenrin.playbooks import playbooks  # noqa: E402
from nenrin.playbooks.models import Playbook  # noqa: E402

AIM_MS, ROUNDS = 200, 20
BANDS = ("healthy", "caution", "at_risk")
DOCUMENT = {
    "when": [{"trigger": "band_change", "to": ["at_risk"]}],
    "who": {"field": "status", "op": "=", "value": "customer"},
    "steps": [{"do": "open_task", "id": "call", "title": "Call {{account}}"}],
    "hypothesis": {"measure": "churn", "expected": -0.05, "review_on": "2027-04-01"},
}
HOLDOUT = {"holdout": {"share": 0.1}}


def main(count: int) -> list[dict[str, Any]]:
    fill(count)
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client(headers={"hx-request": "true"})
    client.force_login(Member.objects.get(), backend="django.contrib.auth.backends.ModelBackend")
    garbage.settle()
    return [
        _counted(client, "every-customer", {}, "field=status&value=customer", count),
        _counted(client, "one-colour", {}, "field=health.band&value=at_risk", count),
        _counted(client, "one-colour-some-left-alone", HOLDOUT, "field=health.band&value=at_risk", count),
        _counted(client, "every-customer-some-left-alone", HOLDOUT, "field=status&value=customer", count),
    ]


def fill(count: int) -> None:
    """Customers, and how each one's health stands."""
    organisation.found("Bench", at=NOW)
    members.add(email="bench@nenrin.example", name="責任者", role=Role.ADMINISTRATOR, by=SYSTEM, at=NOW, password=None)
    health_models.install(at=NOW)
    version = HealthModelVersion.objects.filter(state="published").earliest("pk")
    insert(
        bulk.made(Account, name=f"株式会社{n:05d}商事", status="customer", created_at=NOW, changed_at=NOW)
        for n in range(count)
    )
    insert(
        bulk.made(Health, account_id=pk, as_of=TODAY, at=NOW, today=60.0, score=60.0, band=BANDS[n % 3], coverage=1.0,
                  since=TODAY, version_id=version.pk, weekly=[60.0] * 12)
        for n, pk in enumerate(Account.objects.order_by("pk").values_list("pk", flat=True))
    )  # fmt: skip


def _counted(client: Client, key: str, more: dict[str, Any], typed: str, count: int) -> dict[str, Any]:
    playbooks.draft({"playbook": key, "name": key, **DOCUMENT, **more}, by=SYSTEM, at=NOW)
    playbooks.publish(Playbook.objects.get(key=key), by=SYSTEM, at=NOW)
    path = f"/playbooks/{key}/audience?part=who&match=all&op=%3D&{typed}"
    answer = client.get(path)
    assert answer.status_code == 200 and "株式会社".encode() in answer.content
    begun = time.process_time()
    times = sorted(_pages._timed(client, path) for _ in range(ROUNDS))
    p95, each = 1000 * times[int(0.95 * ROUNDS)], 1000 * (time.process_time() - begun) / ROUNDS
    print(f"{key}: {each:.1f} ms of processor time on average", file=sys.stderr, flush=True)
    name = f"playbooks: the builder counts {count:,} accounts at a change of its form ({key.replace('-', ' ')})"
    return _pages._row(name, round(p95, 1), "ms p95", AIM_MS)


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
