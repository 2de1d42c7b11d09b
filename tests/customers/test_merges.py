"""Merging loses nothing, and undoing puts everything back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nenrin.customers import accounts, candidates, contacts, merges, ownership, subscriptions
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, AccountKey, AccountTag, Assignment, Contact, Subscription
from nenrin.customers.statuses import Phase
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from tests.cast import DRIFTING, THRIVING, member

AT = datetime(2026, 11, 24, tzinfo=UTC)
COLUMNS = (
    *(
        "name",
        "kana",
        "corporate_number",
        "domain",
        "industry",
        "employees",
        "status",
        "parent_id",
        "attributes",
    ),
    *(
        "customer_since",
        "lost_on",
        "owner_id",
        "mrr_minor",
        "seats",
        "renewal_on",
        "notice_on",
        "tier",
        "archived_at",
    ),
)


def everything() -> dict[str, Sequence[object]]:
    """All that a merge may touch, in comparable form."""
    return {
        "accounts": list(Account.objects.order_by("pk").values("pk", "merged_into_id", *COLUMNS)),
        "contacts": list(Contact.objects.order_by("pk").values_list("pk", "account_id")),
        "subscriptions": list(Subscription.objects.order_by("pk").values_list("pk", "account_id", "status")),
        "keys": list(AccountKey.objects.order_by("pk").values_list("pk", "account_id", "ended_on")),
        "tags": sorted(AccountTag.objects.values_list("account_id", "tag__name")),
        "owners": list(Assignment.objects.order_by("pk").values_list("account_id", "member_id", "phase", "until_on")),
    }


sides = st.fixed_dictionaries(
    {
        "industry": st.sampled_from(["", "製造"]),
        "domain": st.sampled_from(["", "example.jp"]),
        "employees": st.sampled_from([None, 40]),
        "tags": st.sets(st.sampled_from(["a", "b", "c"])),
        "contacts": st.integers(0, 2),
        "subscriptions": st.integers(0, 2),
        "keys": st.integers(0, 2),
        "children": st.integers(0, 1),
        "phases": st.sets(st.sampled_from(list(Phase)[:3])),
        "ended": st.booleans(),
    }
)


def built(name: str, side: dict[str, object], parent: Account | None, owner: object) -> Account:
    account = accounts.open(
        name,
        by=SYSTEM,
        at=AT,
        keys=[(name, str(n)) for n in range(side["keys"])],
        parent=parent,
        **{field: side[field] for field in ("industry", "domain", "employees")},
        tags=list(side["tags"]),
    )
    for n in range(side["contacts"]):
        contacts.add(account, f"{name}{n}", by=SYSTEM, at=AT)
    for n in range(side["subscriptions"]):
        row = subscriptions.sign(account, by=SYSTEM, at=AT, starts_on=date(2025, 4 + n, 1), mrr_minor=100 + n)
        if side["ended"]:
            subscriptions.end(row, on=date(2026, 6, 1), by=SYSTEM, at=AT)
    for n in range(side["children"]):
        accounts.open(f"{name}の子{n}", by=SYSTEM, at=AT, parent=account)
    wanted = [ownership.Wanted(account.pk, owner.pk, phase) for phase in side["phases"]]
    ownership.assign_many(wanted, by=SYSTEM, at=AT)
    account.refresh_from_db()
    return account


@pytest.fixture
def owner(org: Organisation) -> object:
    return member(name="佐藤")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    one=sides,
    other=sides,
    shape=st.sampled_from(["apart", "below", "above", "siblings"]),
    turn=st.integers(0, 10**9),
)
def test_undoing_a_merge_brings_back_every_row(
    org: Organisation, owner: object, one: dict[str, object], other: dict[str, object], shape: str, turn: int
) -> None:
    top = accounts.open("持株", by=SYSTEM, at=AT) if shape == "siblings" else None
    survivor = built(f"甲{turn}-{Account.objects.count()}", one, top, owner)
    absorbed = built(f"乙{turn}-{Account.objects.count()}", other, survivor if shape == "below" else top, owner)
    if shape == "above":
        accounts.change(survivor, by=SYSTEM, at=AT, parent=absorbed)
    before = everything()
    owned = Contact.objects.filter(account__in=[survivor, absorbed]).count()
    row = merges.merge(survivor, absorbed, by=SYSTEM, at=AT)
    assert survivor.contacts.count() == owned
    assert not AccountKey.objects.filter(account=absorbed).exists()
    merges.undo(row, by=SYSTEM, at=AT)
    assert everything() == before


def test_a_merge_fills_blanks_and_keeps_what_the_survivor_says(org: Organisation, at: datetime) -> None:
    survivor = accounts.open(DRIFTING, by=SYSTEM, at=at, industry="製造", tags=["重点"])
    absorbed = accounts.open(
        "㈱東雲精機", by=SYSTEM, at=at, industry="機械", domain="shinonome.example", tags=["展示会"]
    )
    preview = merges.preview(survivor, absorbed)
    assert preview.filled == {"domain": "shinonome.example"} and preview.kept["industry"] == ("製造", "機械")
    merges.merge(survivor, absorbed, by=SYSTEM, at=at)
    survivor.refresh_from_db()
    assert (survivor.industry, survivor.domain) == ("製造", "shinonome.example")
    assert set(survivor.tags.values_list("name", flat=True)) == {"重点", "展示会"}
    facts = Entry.objects.get(action="customers.account.merged", account=survivor.pk).particulars["facts"]
    assert facts[0] == {
        "kind": "survivor",
        "key": str(absorbed.pk),
        "body": {"survivor": survivor.pk},
        "account": absorbed.pk,
    }
    assert facts[1]["gone"] is True


def test_what_the_survivor_got_since_stays_with_it(org: Organisation, at: datetime) -> None:
    survivor = accounts.open(DRIFTING, by=SYSTEM, at=at)
    absorbed = accounts.open(THRIVING, by=SYSTEM, at=at, industry="IT")
    row = merges.merge(survivor, absorbed, by=SYSTEM, at=at)
    later = contacts.add(survivor, "中村", by=SYSTEM, at=at)
    accounts.change(survivor, by=SYSTEM, at=at, industry="情報通信")
    merges.undo(row, by=SYSTEM, at=at)
    survivor.refresh_from_db()
    later.refresh_from_db()
    assert (survivor.industry, later.account) == ("情報通信", survivor)


def test_a_chain_is_undone_from_its_end(org: Organisation, at: datetime) -> None:
    one, two, three = (accounts.open(name, by=SYSTEM, at=at) for name in "一二三")
    first = merges.merge(two, one, by=SYSTEM, at=at)
    second = merges.merge(three, two, by=SYSTEM, at=at)
    with pytest.raises(Refused, match="undo that first"):
        merges.undo(first, by=SYSTEM, at=at)
    merges.undo(second, by=SYSTEM, at=at)
    merges.undo(first, by=SYSTEM, at=at)
    assert Account.objects.standing().count() == 3


@pytest.mark.parametrize("how", ["itself", "archived"])
def test_a_merge_needs_two_standing_accounts(org: Organisation, at: datetime, how: str) -> None:
    account, other = accounts.open(DRIFTING, by=SYSTEM, at=at), accounts.open(THRIVING, by=SYSTEM, at=at)
    if how == "archived":
        accounts.archive(other, by=SYSTEM, at=at)
    with pytest.raises(Refused):
        merges.merge(account, account if how == "itself" else other, by=SYSTEM, at=at)


def test_one_company_written_three_ways_is_offered_for_merging_once(org: Organisation, at: datetime) -> None:
    first = accounts.open("株式会社東雲精機", by=SYSTEM, at=at, domain="shinonome.example")
    second = accounts.open("㈱東雲精機", by=SYSTEM, at=at, domain="shinonome.example")
    announced = accounts.provisional("app", "東雲精機　（株）", source="app", at=at)
    accounts.open("東雲工業", by=SYSTEM, at=at)
    found = candidates.found(Account.objects.all())
    pairs = [(c.survivor.pk, c.absorbed.pk, c.reason.en) for c in found]
    assert pairs == [(first.pk, second.pk, "same domain"), (second.pk, announced.pk, "same name")]


def test_an_undone_merge_is_not_offered_again(org: Organisation, at: datetime) -> None:
    one, two = accounts.open(DRIFTING, by=SYSTEM, at=at), accounts.open(DRIFTING, by=SYSTEM, at=at)
    merges.undo(merges.merge(one, two, by=SYSTEM, at=at), by=SYSTEM, at=at)
    assert candidates.found(Account.objects.all()) == []
