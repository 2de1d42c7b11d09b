"""Month-end exchange rates on their page, in files and by REST."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest.models import ExchangeRate
from nenrin.insight.models import MetricPolicy
from tests.api.rest import Rest
from tests.cast import member

pytestmark = pytest.mark.django_db


def signed_in(client: Client, role: Role) -> Member:
    person = member(role)
    Member.objects.filter(pk=person.pk).update(language="en")
    client.force_login(person)
    return person


GIVEN = {"month": "2026-03", "currency": "usd", "into": "JPY", "rate": "150.50", "note": "TTM"}


def test_a_rate_is_added_changed_filtered_exported_and_taken_back(client: Client, org: Organisation) -> None:
    signed_in(client, Role.HEAD)
    assert "No rate yet" in client.get("/revenue/rates").content.decode()
    assert 'value="month_end"' not in client.get("/revenue/settings").content.decode()
    assert client.post("/revenue/rates/new", GIVEN).status_code == 302
    row = ExchangeRate.objects.get()
    assert (row.month, row.currency, row.rate) == (date(2026, 3, 1), "USD", "150.5")
    assert 'value="month_end"' in client.get("/revenue/settings").content.decode()
    form = client.get("/revenue/settings").context["form"]
    typed = {name: form.initial[name] for name in form.fields if name in form.initial}
    assert (
        client.post("/revenue/settings", typed | {"currency": "month_end", "note": "監査法人と合意"}).status_code == 302
    )
    assert MetricPolicy.objects.latest("published_at").document["currency"] == "month_end"
    again = client.post("/revenue/rates/new", GIVEN)
    assert again.status_code == 422 and "stands already" in again.content.decode()
    changed = client.post(f"/revenue/rates/{row.pk}", {"rate": "151", "note": "", "version": row.version})
    assert changed.status_code == 302 and ExchangeRate.objects.get().rate == "151"
    late = client.post(f"/revenue/rates/{row.pk}", {"rate": "152", "note": "", "version": row.version})
    assert late.status_code == 422 and ExchangeRate.objects.get().rate == "151"
    assert "151" in client.get("/revenue/rates?currency=USD&from=2026-03").content.decode()
    assert "Nothing matches" in client.get("/revenue/rates?currency=EUR").content.decode()
    assert b"2026-03,USD,151,JPY," in b"".join(client.get("/revenue/rates/export.csv").streaming_content)  # type: ignore[attr-defined]
    assert client.post(f"/revenue/rates/{row.pk}/delete").status_code == 302
    assert not ExchangeRate.objects.filter(retracted_at__isnull=True).exists()
    told = (
        Entry.objects.filter(action__startswith="ingest.exchange_rate").order_by("pk").values_list("action", flat=True)
    )
    words = [action.rsplit(".", 1)[1] for action in told]
    assert words == ["told", "corrected", "exported", "retracted"]
    form = client.get("/revenue/settings").context["form"]
    typed = {name: form.initial[name] for name in form.fields if name in form.initial}
    other = typed | {"gross_margin": "70", "note": "粗利率の見直し"}
    assert client.post("/revenue/settings", other).status_code == 302
    document = MetricPolicy.objects.latest("published_at").document
    assert (document["currency"], document["gross_margin"]) == ("month_end", 0.7), (
        "no rate is left, and the choice stands"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("month", "2026-12"), ("currency", "XXX"), ("currency", "JPY"), ("rate", "0"), ("rate", "-1"), ("rate", "x")],
)
def test_what_is_no_rate_is_refused_in_its_field(client: Client, org: Organisation, name: str, value: str) -> None:
    signed_in(client, Role.HEAD)
    answer = client.post("/revenue/rates/new", {**GIVEN, name: value})
    assert answer.status_code == 422 and not ExchangeRate.objects.exists()
    assert f'id="id_{name}-error"' in answer.content.decode() or f"#id_{name}" in answer.content.decode()


def test_rest_tells_lists_and_takes_back(org: Organisation) -> None:
    rest = Rest(member(Role.HEAD))
    first = rest.put("/revenue/rates/2026-03-15/usd", {"rate": "150.5"})
    assert first.status_code == 201 and first.data["month"] == "2026-03-01" and first.data["into"] == "JPY"
    assert rest.put("/revenue/rates/2026-03-01/USD", {"rate": "151", "version": 1}).status_code == 200
    assert rest.put("/revenue/rates/2026-03-01/USD", {"rate": "152", "version": 1}).status_code == 409
    for month, currency, rate in (("2026-03-01", "USD", "0"), ("2026-03-01", "JPY", "1"), ("2026-12-01", "USD", "1")):
        assert rest.put(f"/revenue/rates/{month}/{currency}", {"rate": rate}).status_code == 422
    rest.put("/revenue/rates/2026-02-01/USD", {"rate": "149"})
    listed = rest.get("/revenue/rates?month_from=2026-03-01&currency=usd").data["items"]
    assert [(row["month"], row["rate"]) for row in listed] == [("2026-03-01", "151")]
    assert rest.delete(f"/revenue/rates/{listed[0]['id']}").status_code == 204
    assert [row["rate"] for row in rest.get("/revenue/rates").data["items"]] == ["149"]


def test_who_only_looks_may_not_change_rates(client: Client, org: Organisation) -> None:
    signed_in(client, Role.EXECUTIVE)
    assert client.get("/revenue/rates").status_code == 200
    assert client.post("/revenue/rates/new", GIVEN).status_code == 403
    assert Rest(member(Role.EXECUTIVE)).put("/revenue/rates/2026-03-01/USD", {"rate": "1"}).status_code == 403
