"""The IBM Telco file, imported with the mapping of the examples: the public data that anybody can try."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from nenrin.analytics.scores import documents
from nenrin.customers.models import Account, Subscription
from nenrin.customers.statuses import Status
from nenrin.foundation.models import Organisation
from nenrin.ingest.files import mappings
from nenrin.insight import health_models
from tests.ingest.files_kit import counts, run, uploaded

ROOT = Path(__file__).parents[2]
FILE = ROOT.parent / "shared" / "data" / "telco_churn.csv"
EXAMPLE = ROOT / "examples" / "telco"

needs_file = pytest.mark.skipif(not FILE.exists(), reason=f"SKIPPED: {FILE} is not there (public data set)")


@needs_file
def test_every_subscriber_becomes_an_account_with_a_contract_and_leavers_are_lost(
    org: Organisation, at: datetime
) -> None:
    accounts, subscriptions = mappings.all_from_yaml((EXAMPLE / "mapping.yaml").read_text())

    first = run(uploaded("accounts", FILE.read_bytes(), at, source="telco"), at, mapping=accounts)
    assert counts(first) == (7043, 0, 0, 0)
    second = run(uploaded("subscriptions", FILE.read_bytes(), at, source="telco"), at, mapping=subscriptions)
    assert counts(second) == (7043, 0, 0, 0)

    assert Account.objects.filter(status=Status.LOST, lost_on=date(2026, 4, 1)).count() == 1869
    assert Account.objects.filter(status=Status.CUSTOMER).count() == 7043 - 1869
    assert Subscription.objects.filter(status="ended").count() == 1869
    blank = [a for a in Account.objects.all() if "total_charges" not in a.attributes]
    assert len(blank) == 11
    assert all(a.attributes["tenure_months"] == 0 for a in blank)
    stays = Account.objects.get(name="5575-GNVDE")  # 34 months, one year at a time, 56.95 a month
    assert (stays.customer_since, stays.mrr_minor, stays.currency) == (date(2023, 6, 1), 5695, "USD")
    assert Subscription.objects.get(account=stays).renewals == 3  # 2024, 2025 and, by the day of the test, 2026


@pytest.mark.django_db
def test_the_example_brings_its_own_health_model() -> None:
    model = documents.from_yaml((EXAMPLE / "health.yaml").read_text())
    assert health_models.checked(model).key == "telco"
