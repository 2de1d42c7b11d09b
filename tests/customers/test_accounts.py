"""Accounts as a person and a program meet them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from nenrin.customers import accounts, attributes, days, keys
from nenrin.customers.accounts import Row
from nenrin.customers.errors import Conflict, ParentCycle, Refused
from nenrin.customers.models import Account
from nenrin.customers.statuses import AttributeKind, Status
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.permissions import FieldClass
from nenrin.values import Text
from tests.cast import DRIFTING, THRIVING


def opened(at: datetime, name: str = DRIFTING, **fields: object) -> Account:
    return accounts.open(name, by=SYSTEM, at=at, **fields)


def test_an_opened_account_tells_the_lake_its_state_and_its_keys(org: Organisation, at: datetime) -> None:
    days.install(by=SYSTEM, at=at)
    account = opened(at, keys=[("crm", "A-1"), ("app", "org_9")], employees=1240, industry="製造", tags=["重点"])
    entry = Entry.objects.get(action="customers.account.opened")
    own, *links = entry.particulars["facts"]
    assert (own["kind"], own["key"], own["account"]) == ("account", str(account.pk), account.pk)
    assert own["body"]["tier"] == "enterprise" and own["body"]["touch_model"] == "high"
    assert own["body"]["tags"] == ["重点"]
    assert [link["key"] for link in links] == ["crm|g:A-1", "app|g:org_9"]
    assert accounts.find("app", "org_9") == account


def test_every_wrong_field_is_named_at_once(org: Organisation, at: datetime) -> None:
    with pytest.raises(Refused) as refused:
        opened(at, name=" ", corporate_number="1234567890123", employees="many", colour="red")
    assert {fault.field for fault in refused.value.faults} == {
        "name",
        "corporate_number",
        "employees",
        "colour",
    }
    assert not Account.objects.exists() and not Entry.objects.filter(action__startswith="customers").exists()


def test_full_width_digits_and_commas_are_read(org: Organisation, at: datetime) -> None:
    account = opened(at, employees="１,２４０", corporate_number="８７００１１０００５９０１")
    assert (account.employees, account.corporate_number) == (1240, "8700110005901")


def test_a_change_on_a_newer_version_brings_both_sides(org: Organisation, at: datetime) -> None:
    account = opened(at, industry="製造")
    accounts.change(account, by=SYSTEM, at=at, version=1, industry="精密機器")
    with pytest.raises(Conflict) as conflict:
        accounts.change(account, by=SYSTEM, at=at, version=1, industry="機械")
    assert conflict.value.mine["industry"] == "機械" and conflict.value.theirs["industry"] == "精密機器"
    assert (conflict.value.asked, conflict.value.stands) == (1, 2)


def test_a_change_that_changes_nothing_leaves_no_trace(org: Organisation, at: datetime) -> None:
    account = opened(at, industry="製造", tags=["a", "b"])
    accounts.change(account, by=SYSTEM, at=at, industry="製造", tags=["b", "a"])
    assert not Entry.objects.filter(action="customers.account.changed").exists()
    account.refresh_from_db()
    assert account.version == 1


def test_a_circle_of_parents_is_refused_with_its_chain(org: Organisation, at: datetime) -> None:
    top = opened(at, "持株会社")
    middle = opened(at, "事業会社", parent=top)
    low = opened(at, "子会社", parent=middle)
    with pytest.raises(ParentCycle, match="持株会社 → 子会社 → 事業会社 → 持株会社"):
        accounts.change(top, by=SYSTEM, at=at, parent=low)


def test_a_key_means_one_account(org: Organisation, at: datetime) -> None:
    opened(at, keys=[("crm", "1")])
    with pytest.raises(keys.KeyTaken):
        opened(at, THRIVING, keys=[("crm", "1")])


def test_putting_twice_opens_once_and_confirms_what_events_announced(org: Organisation, at: datetime) -> None:
    first = accounts.provisional("app", "org_1", source="app", at=at)
    assert first.status == Status.PROVISIONAL and not first.is_mailable
    assert accounts.provisional("app", "org_1", source="app", at=at).pk == first.pk
    outcome = accounts.put("app", "org_1", by=SYSTEM, at=at, name=DRIFTING)
    assert (outcome.happened, outcome.account.pk, outcome.account.status) == (
        "changed",
        first.pk,
        Status.PROSPECT,
    )
    assert outcome.before["name"] == "org_1"
    assert accounts.put("app", "org_1", by=SYSTEM, at=at, name=DRIFTING).happened == "unchanged"
    assert accounts.put("app", "org_2", by=SYSTEM, at=at, name=THRIVING).happened == "opened"


def test_many_are_put_in_the_order_given(org: Organisation, at: datetime) -> None:
    accounts.put("crm", "2", by=SYSTEM, at=at, name="二")
    rows = [Row(fields={"name": name}, keys=[("crm", key)]) for key, name in [("1", "一"), ("2", "弐"), ("3", "三")]]
    outcomes = accounts.put_many(rows, by=SYSTEM, at=at)
    assert [o.happened for o in outcomes] == ["opened", "changed", "opened"]
    assert [o.account.name for o in outcomes] == ["一", "弐", "三"]


def test_attributes_are_typed_and_personal_ones_stay_out_of_the_lake(org: Organisation, at: datetime) -> None:
    attributes.declare("stores", name=Text("Stores", "店舗数"), kind=AttributeKind.NUMBER, by=SYSTEM, at=at)
    attributes.declare(
        "president",
        name=Text("President", "代表者"),
        kind=AttributeKind.TEXT,
        by=SYSTEM,
        at=at,
        field_class=FieldClass.PERSONAL,
    )
    account = opened(at, attributes={"stores": "１２", "president": "田中 隆志"})
    assert account.attributes == {"stores": 12.0, "president": "田中 隆志"}
    told = Entry.objects.get(action="customers.account.opened").particulars
    assert told["facts"][0]["body"]["attributes"] == {"stores": 12.0}
    assert "田中" not in str(told)
    with pytest.raises(Refused, match=r"attributes\.stores"):
        accounts.change(account, by=SYSTEM, at=at, attributes={"stores": "dozens"})


def test_an_archived_account_is_gone_from_the_lake_and_comes_back(org: Organisation, at: datetime) -> None:
    account = opened(at, keys=[("crm", "1")])
    accounts.archive(account, by=SYSTEM, at=at)
    gone = Entry.objects.get(action="customers.account.archived").particulars["facts"]
    assert {(fact["kind"], fact["gone"]) for fact in gone} == {("account", True), ("key", True)}
    assert not Account.objects.standing().exists()
    accounts.restore(account, by=SYSTEM, at=at)
    assert Account.objects.standing().get() == account


def test_history_states_when_it_was_known(org: Organisation, at: datetime) -> None:
    accounts.open(DRIFTING, keys=[("crm", "1")], by=SYSTEM, at=at, valid_on=date(2024, 4, 1), known_on=date(2024, 4, 2))
    own, link = Entry.objects.get(action="customers.account.opened").particulars["facts"]
    assert (own["valid_at"], own["known_on"], own["assumed"]) == ("2024-04-01", "2024-04-02", True)
    assert link["known_on"] == "2024-04-02"
