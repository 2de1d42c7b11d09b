"""Who is who: links found, links refused, provisional accounts, traits."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM
from nenrin.ingest import drain, lakes, mirror
from nenrin.ingest.draining import settling
from nenrin.ingest.models import Conflict, EndGroup, EndUser
from tests.ingest.drain_cast import NOON, drained, facts, send, source, track

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("org")]


def identify(user: str, anonymous: str | None = None, **traits: object) -> dict[str, object]:
    return {"type": "identify", "userId": user, "anonymousId": anonymous, "traits": traits}


def alias(previous: str, user: str) -> dict[str, object]:
    return {"type": "alias", "previousId": previous, "userId": user}


def group(user: str, key: str, **traits: object) -> dict[str, object]:
    return {"type": "group", "userId": user, "groupId": key, "traits": traits}


def conflicts() -> list[tuple[str, str, str]]:
    return list(Conflict.objects.order_by("left").values_list("kind", "left", "right"))


def usage() -> dict[str, int]:
    """Events by the account's name, everything mirrored and rolled."""
    while journal.seal():
        pass
    lake = lakes.current()
    mirror.mirror_all(lake)
    lake.roll()
    with lake.session() as db:
        found = dict(db.execute("select account, sum(n)::int from counts group by account").fetchall())
    return {Account.objects.get(pk=account).name: n for account, n in found.items()}


def test_an_anonymous_visit_counts_for_the_account_once_the_visitor_has_signed_in() -> None:
    web = source()
    send(web, {"type": "page", "name": "Pricing", "anonymousId": "a1"}, track(user="sato"))
    drained()
    assert usage() == {}

    send(web, identify("sato", "a1"), group("sato", "acme", name="Acme"))
    drained()

    # page, track, identify by way of the user's only group, and the group call itself
    assert usage() == {"Acme": 4}


def test_a_user_of_two_groups_counts_only_where_the_event_says_which() -> None:
    web = source()
    send(web, group("sato", "acme"), group("sato", "beta"), track(context={"groupId": "beta"}), track())
    drained()

    assert usage() == {"acme": 1, "beta": 2}


def test_a_link_is_told_once_however_often_it_is_sent() -> None:
    web = source()
    for _ in range(3):
        send(web, identify("sato", "a1"), group("sato", "acme"))
        drained()
        drain._memories.clear()

    assert len(facts("alias")) == len(facts("membership")) == 1
    assert json.loads(facts("membership")[0][1]) == {"user": "sato", "group": "acme"}


@pytest.mark.parametrize("nobody", ["null", "undefined", "guest", "0", "anonymous", "NULL"])
def test_ids_that_mean_nobody_are_never_linked(nobody: str) -> None:
    send(source(), identify("sato", nobody), alias(nobody, "sato"), identify(nobody, "a1"), track(user="sato"))

    assert drained().stored == 4
    assert facts("alias") == []
    assert {kind for kind, _, _ in conflicts()} == {"forbidden_id"}


def test_two_known_users_are_never_merged_and_a_circle_of_aliases_is_refused() -> None:
    web = source()
    send(web, track(user="sato"), track(user="suzuki"))
    drained()
    send(web, alias("sato", "suzuki"), alias("suzuki", "sato"), alias("a1", "sato"), alias("a1", "suzuki"))
    drained()

    assert [key for key, _, _ in facts("alias")] == ["product|a:a1"]
    assert conflicts() == [
        ("two_users", "a1", "suzuki"), ("two_users", "sato", "suzuki"), ("two_users", "suzuki", "sato"),
    ]  # fmt: skip


def test_an_unknown_group_opens_a_provisional_account_and_a_known_one_does_not() -> None:
    known = accounts.open("Acme", keys=[("product", "acme")], by=SYSTEM, at=NOON)
    send(
        source(),
        group("sato", "acme"),
        group("kato", "beta", name="Beta 株式会社"),
        track(context={"groupId": "gamma"}),
    )
    drained()

    opened = Account.objects.exclude(pk=known.pk).order_by("name")
    assert [(account.name, account.status) for account in opened] == [
        ("Beta 株式会社", "provisional"), ("gamma", "provisional"),
    ]  # fmt: skip


def test_a_public_key_opens_only_so_many_accounts_a_day_and_a_secret_key_any_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settling, "DAILY_CAP", 2)
    web = source()
    send(web, *[track(context={"groupId": f"g{n}"}) for n in range(4)])
    assert drained().stored == 4
    assert Account.objects.count() == 2
    assert {kind for kind, _, _ in conflicts()} == {"group_limit"}

    send(web, *[track(context={"groupId": f"h{n}"}) for n in range(4)], trusted=True)
    drained()

    assert Account.objects.count() == 6


def test_the_trait_of_the_later_event_wins_whichever_arrived_first() -> None:
    web = source()
    late = {**identify("sato", plan="free", role="admin"), "timestamp": "2026-11-24T01:00:00Z"}
    send(web, {**identify("sato", plan="pro"), "timestamp": "2026-11-24T02:00:00Z"})
    drained()
    send(web, late, at=NOON + timedelta(minutes=1))
    drained()

    [user] = EndUser.objects.all()
    assert {name: kept[0] for name, kept in user.traits.items()} == {"plan": "pro", "role": "admin"}


def test_a_public_key_never_overwrites_what_a_secret_key_said() -> None:
    web = source()
    send(web, group("sato", "acme", plan="enterprise"), trusted=True)
    send(web, group("sato", "acme", plan="hacked", seats=3), at=NOON + timedelta(minutes=1))
    drained()

    [found] = EndGroup.objects.all()
    assert {name: kept[0] for name, kept in found.traits.items()} == {"plan": "enterprise", "seats": 3}


def test_null_sets_a_trait_to_nothing_and_names_are_put_together_family_first() -> None:
    web = source()
    send(web, identify("sato", firstName="花子", lastName="佐藤", plan="pro"))
    send(web, identify("sato", plan=None), at=NOON + timedelta(minutes=1))
    drained()

    traits = {name: kept[0] for name, kept in EndUser.objects.get().traits.items()}
    assert (traits["name"], traits["first_name"], traits["plan"]) == ("佐藤 花子", "花子", None)


def company(user: str, anonymous: str | None = None, **of: object) -> dict[str, object]:
    return identify(user, anonymous, company=of)


def test_the_company_in_an_identify_call_makes_the_user_its_member() -> None:
    send(source(), company("sato", id=17, name="Acme 株式会社", plan="pro"), track())
    drained()

    assert usage() == {"Acme 株式会社": 2}
    assert {name: kept[0] for name, kept in EndGroup.objects.get(group="17").traits.items()}["plan"] == "pro"


@pytest.mark.parametrize("odd", [{"name": "Acme"}, {"id": " "}, {"id": None}, {"id": "x" * 501}])
def test_a_company_without_a_usable_id_makes_nobody_a_member(odd: dict[str, object]) -> None:
    send(source(), company("sato", **odd), identify("kato", company="Acme"), track())

    assert drained().stored == 3
    assert facts("membership") == [] and Account.objects.count() == 0


def test_a_source_that_does_not_mean_accounts_by_its_companies_says_so() -> None:
    send(source(joins_company=False), company("sato", id="acme"), track())
    drained()

    assert facts("membership") == []


def test_a_group_named_before_signing_in_is_the_users_once_it_is_known_who_it_was() -> None:
    web = source()
    visitor = {"type": "group", "anonymousId": "a1", "groupId": "acme"}
    send(web, {"type": "page", "anonymousId": "a1"}, visitor)
    drained()
    assert usage() == {"acme": 1} and facts("membership") == []

    drain._memories.clear()
    send(web, identify("sato", "a1"), track())
    drained()
    send(web, {**visitor, "groupId": "beta"})
    drained()

    assert [json.loads(body)["group"] for _, body, _ in facts("membership")] == ["acme", "beta"]


def test_a_group_named_by_nobody_in_particular_is_not_kept() -> None:
    send(source(), {"type": "group", "anonymousId": "anonymous", "groupId": "acme"})
    drained()

    assert facts("visit") == []


def test_thousands_of_unknown_groups_open_their_accounts_in_few_steps(
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    web = source()
    send(
        web,
        *[track(context={"groupId": f"g{n}"}) for n in range(1_200)],
        track(context={"groupId": "y" * 300}),
        trusted=True,
    )
    with django_assert_max_num_queries(600):
        assert drained().stored == 1_201

    assert Account.objects.count() == 1_200
    assert {(kind, left[:2]) for kind, left, _ in conflicts()} == {("refused_account", "yy")}
