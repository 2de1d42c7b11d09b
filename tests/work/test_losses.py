"""Losses: opened by the last contract let go, explained by people, taken back with the notice, kept when a customer returns."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest

from nenrin.analytics.scores import micro
from nenrin.customers import merges, subscriptions
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account, Subscription
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.ingest import lakes
from nenrin.insight import history
from nenrin.insight.revenue import own_money
from nenrin.values import Text
from nenrin.work import churn_reasons, following, loss_figures, losses
from nenrin.work.models import ChurnReason, Loss, Notice, Task
from nenrin.work.privacy import losses as privacy
from tests import cast
from tests.work import losses_world as world

TODAY = date(2026, 11, 24)


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    found = world.customer(cast.DRIFTING, at=at, owner=cast.member(Role.CSM), mrr=480_000)
    found.refresh_from_db()
    return found


def contract(account: Account) -> Subscription:
    return account.subscriptions.get()


def lost(account: Account, at: datetime, reason: str = "") -> Loss:
    subscriptions.give_notice(contract(account), on=TODAY, reason=reason, by=SYSTEM, at=at)
    world.settled(at)
    return Loss.objects.get(account=account)


def test_a_notice_of_the_last_contract_opens_a_loss(account: Account, at: datetime) -> None:
    found = lost(account, at)
    assert (found.decided_on, found.mrr_minor, found.owner) == (TODAY, 480_000, account.owner)
    assert found.ends_on == contract(account).ends_on and found.reason is None and not found.is_over(TODAY)
    assert Entry.objects.filter(action="work.loss.opened", account=account.pk).count() == 1
    assert world.settled(at) == 0 and Loss.objects.count() == 1, "told twice, opened once"


def test_who_keeps_another_contract_is_not_lost(account: Account, at: datetime) -> None:
    world.signed(account, at=at)
    subscriptions.give_notice(account.subscriptions.order_by("pk")[0], on=TODAY, by=SYSTEM, at=at)
    world.settled(at)
    assert not Loss.objects.exists()


def test_a_notice_taken_back_takes_the_loss_back(account: Account, at: datetime) -> None:
    found = lost(account, at)
    subscriptions.withdraw_notice(contract(account), by=SYSTEM, at=at)
    assert world.settled(at) == 1
    assert not Loss.objects.standing().exists() and Loss.objects.get(pk=found.pk).withdrawn_at == at
    assert lost_again(account, at).pk != found.pk


def lost_again(account: Account, at: datetime) -> Loss:
    subscriptions.give_notice(contract(account), on=TODAY, by=SYSTEM, at=at)
    world.settled(at)
    return Loss.objects.running().get(account=account)


def test_who_comes_back_after_the_end_was_lost_all_the_same(account: Account, at: datetime) -> None:
    subscriptions.end(contract(account), on=TODAY - timedelta(40), by=SYSTEM, at=at)
    world.settled(at)
    world.signed(account, at=at, starts=TODAY)
    world.settled(at)
    found = Loss.objects.get(account=account)
    assert found.returned_on == TODAY and found.withdrawn_at is None
    assert list(Loss.objects.standing()) == [found] and not Loss.objects.running().exists()


def test_what_was_shown_before_the_decision_is_written_down(account: Account, at: datetime) -> None:
    told = [(TODAY - timedelta(90), "at_risk", 31.5), (TODAY - timedelta(180), "caution", 55.0)]
    empty = history.SCORES.empty_table().to_pylist()
    assert empty == []
    rows = []
    for day, band, score in told:
        row = {field.name: [] if pa.types.is_list(field.type) else 0 for field in history.SCORES}
        row |= {"account": account.pk, "day": day, "month": f"{day:%Y-%m}", "tier": "", "band": band, "shown": band,
                "score": round(score * micro.ONE), "settled": True, "by_hand": False, "coverage": 1.0}  # fmt: skip
        rows.append(row)
    table = pa.Table.from_pylist(rows, schema=history.SCORES)
    history.scores_table(lakes.current()).append(table, app="test", version=1)
    found = lost(account, at)
    assert (found.band_90, found.score_90) == ("at_risk", 31.5)
    assert (found.band_180, found.score_180) == ("caution", 55.0)


def test_a_reason_that_came_with_the_contract_is_taken_where_the_list_has_it(account: Account, at: datetime) -> None:
    assert (found := lost(account, at, "価格")).reason is not None and found.reason.key == "price" and not found.words


def test_other_words_are_kept_as_they_came(account: Account, at: datetime) -> None:
    found = lost(account, at, "本社の方針で統一")
    assert found.reason is None and found.words == "本社の方針で統一"


def test_people_say_why_and_it_stands_on_the_account(account: Account, at: datetime) -> None:
    found = lost(account, at)
    reason, csm = ChurnReason.objects.get(key="competitor"), cast.member(Role.CSM, "岡田")
    done = losses.explain(
        found, reason=reason, competitor="他社X", words="単価が半分", interviewed_on=TODAY, interviewer=csm,
        by=Actor.of(csm), at=at,
    )  # fmt: skip
    assert (done.reason, done.competitor, done.interviewer) == (reason, "他社X", csm)
    account.refresh_from_db()
    assert account.lost_reason == "競合製品への乗り換え"
    entry = Entry.objects.get(action="work.loss.explained")
    assert entry.particulars["reason_en"] == "Went to a competitor" and "competitor" not in entry.particulars
    losses.explain(found, reason=reason, by=SYSTEM, at=at)
    assert Entry.objects.filter(action="work.loss.explained").count() == 1, "said again, written once"


def test_whoever_has_the_account_is_asked_why_until_somebody_has_said_it(account: Account, at: datetime) -> None:
    found = lost(account, at)
    task = Task.objects.get(key=f"loss:{found.pk}")
    assert (task.assignee, task.account, task.is_open) == (account.owner, account, True)
    assert task.title == "解約理由を記入する" and f"/losses/{found.pk}" in task.body
    assert Notice.objects.filter(member=account.owner, code="task.assigned").count() == 1
    losses.explain(found, words="まだ調査中", by=SYSTEM, at=at)
    task.refresh_from_db()
    assert task.is_open, "words alone are no reason of the list"
    losses.explain(found, reason=ChurnReason.objects.get(key="price"), by=SYSTEM, at=at)
    task.refresh_from_db()
    assert (task.state, Task.objects.count()) == ("done", 1)


def test_of_an_account_that_nobody_has_the_head_is_asked(org: Organisation, at: datetime) -> None:
    head = cast.member(Role.HEAD, "責任 者")
    found = lost(world.customer("担当なし", at=at), at)
    assert Task.objects.get(key=f"loss:{found.pk}").assignee == head


def test_who_stays_who_left_long_ago_and_who_said_why_leave_nothing_to_ask(account: Account, at: datetime) -> None:
    found = lost(account, at)
    subscriptions.withdraw_notice(contract(account), by=SYSTEM, at=at)
    world.settled(at)
    assert Task.objects.get(key=f"loss:{found.pk}").state == "dismissed"
    old = world.customer("昨年の解約", at=at, owner=account.owner)
    subscriptions.end(old.subscriptions.get(), on=TODAY - timedelta(200), by=SYSTEM, at=at)
    known = world.customer("理由あり", at=at, owner=account.owner)
    subscriptions.give_notice(known.subscriptions.get(), on=TODAY, reason="価格", by=SYSTEM, at=at)
    world.settled(at)
    assert Loss.objects.standing().count() == 2 and not Task.objects.open().exists()


def test_two_who_explain_at_once_are_told(account: Account, at: datetime) -> None:
    found = lost(account, at)
    losses.explain(found, words="一人目", by=SYSTEM, at=at, version=found.version)
    with pytest.raises(Conflict):
        losses.explain(found, words="二人目", by=SYSTEM, at=at, version=found.version)
    with pytest.raises(Refused):
        losses.explain(found, words="長" * (losses.MOST_WORDS + 1), by=SYSTEM, at=at)


def test_the_list_of_reasons_is_kept_and_put_away(org: Organisation, at: datetime) -> None:
    assert churn_reasons.install(by=SYSTEM, at=at) == len(churn_reasons.DEFAULTS)
    assert churn_reasons.install(by=SYSTEM, at=at) == 0
    made = churn_reasons.save("merger", name=Text("Merger", "合併"), by=SYSTEM, at=at)
    churn_reasons.move(made, up=True, by=SYSTEM, at=at)
    assert [one.key for one in losses.reasons()][-2:] == ["merger", "payment"]
    churn_reasons.archive(made, by=SYSTEM, at=at)
    assert "merger" not in {one.key for one in losses.reasons()} and churn_reasons.matching("合併") is None
    with pytest.raises(Refused):
        churn_reasons.save("no such key", name=Text("", ""), by=SYSTEM, at=at)


def test_figures_add_up_by_reason_the_largest_first_and_the_unknown_in_its_place(
    org: Organisation, at: datetime
) -> None:
    churn_reasons.install(by=SYSTEM, at=at)
    price = ChurnReason.objects.get(key="price")
    for number, (mrr, reason) in enumerate([(300, price), (100, None), (500, None), (100, price)]):
        found = lost(world.customer(f"顧客{number}", at=at, mrr=mrr), at)
        losses.explain(found, reason=reason, by=SYSTEM, at=at)
    told = loss_figures.of(Loss.objects.select_related("reason"), own_money.on(TODAY))
    assert (told.count, told.minor, told.unknown, told.avoidable) == (4, 1000, 2, 2)
    assert [(bar.key, bar.count, bar.minor, bar.running) for bar in told.bars] == [
        ("", 2, 600, 0.6), ("price", 2, 400, 1.0),
    ]  # fmt: skip
    losses.explain(Loss.objects.filter(reason=None, mrr_minor=500).get(), reason=price, by=SYSTEM, at=at)
    told = loss_figures.of(Loss.objects.select_related("reason"), own_money.on(TODAY))
    assert [(bar.key, bar.running) for bar in told.bars] == [("price", 0.9), ("", 1.0)]
    assert sum(told.before[90].values()) == 4


def test_a_name_in_the_words_is_handed_over_and_forgotten(account: Account, at: datetime) -> None:
    found = lost(account, at)
    losses.explain(found, words="田中様より: 予算", by=SYSTEM, at=at)
    assert privacy.exported(["田中"])[0]["words"].startswith("田中様")
    assert privacy.erase(["田中"], at=at) == 1
    found.refresh_from_db()
    assert "田中" not in found.words and privacy.erase(["田中"], at=at) == 0


def test_reasons_that_were_explained_stand_before_what_is_written_on_the_account(
    account: Account, at: datetime
) -> None:
    found, other = lost(account, at), world.customer(cast.LOST, at=at)
    Account.objects.filter(pk__in=[account.pk, other.pk]).update(lost_reason="価格のため")
    price = ChurnReason.objects.get(key="price")
    assert losses.told([account.pk, other.pk])[account.pk] == Text("価格のため", "価格のため")
    losses.explain(found, reason=price, by=SYSTEM, at=at)
    told = losses.told([account.pk, other.pk])
    assert told == {account.pk: price.name, other.pk: Text("価格のため", "価格のため")}
    losses.withdraw(found, by=SYSTEM, at=at)
    assert losses.told([account.pk])[account.pk] != price.name, "as it is written on the account again"


def test_two_that_left_and_became_one_both_count(account: Account, at: datetime) -> None:
    other = world.customer(cast.LOST, at=at, mrr=70_000)
    for one in (account, other):
        lost(one, at)
    merges.merge(account, other, by=SYSTEM, at=at)
    while journal.seal():
        pass
    while following.step(at):
        pass
    told = loss_figures.of(Loss.objects.counted(), own_money.on(TODAY))
    assert (told.count, told.minor) == (2, 550_000)


def test_an_explained_loss_goes_with_its_account_and_back(account: Account, at: datetime) -> None:
    row, other = lost(account, at), world.customer("合併先", at=at)
    merge = merges.merge(other, account, by=SYSTEM, at=at)
    for whose in (other, account):
        while journal.seal():
            pass
        while following.step(at):
            pass
        row.refresh_from_db()
        assert row.account_id == whose.pk
        if whose == other:
            merges.undo(merge, by=SYSTEM, at=at)
