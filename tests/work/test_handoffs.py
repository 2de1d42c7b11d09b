"""From sales to customer success: seven items, sent when complete, accepted or sent back, promises in the ledger."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from nenrin.customers import accounts, contacts, ownership, subscriptions
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account, Assignment
from nenrin.customers.statuses import Phase
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work import handoff_again, handoff_rounds, handoffs, promises
from nenrin.work.handing import figures, policies, reminders
from nenrin.work.handoffs import Promised, Question, Said
from nenrin.work.models import Handoff, Notice, Promise
from nenrin.work.models.handoff import Item
from nenrin.work.privacy import handoffs as privacy
from tests import cast

TODAY = date(2026, 11, 24)
ALL = {item.value: Said(f"{item}について") for item in Item}


@pytest.fixture
def seller(org: Organisation) -> Member:
    return cast.member(Role.SALES, "山口 健")


@pytest.fixture
def csm(org: Organisation) -> Member:
    return cast.member(Role.CSM, team="東日本")


@pytest.fixture
def account(org: Organisation, seller: Member, csm: Member, at: datetime) -> Account:
    made = accounts.open(cast.STARTING, by=SYSTEM, at=at)
    ownership.assign(made, seller, by=SYSTEM, at=at, phase=Phase.SALES)
    ownership.assign(made, csm, by=SYSTEM, at=at)
    return made


@pytest.fixture
def sent(account: Account, seller: Member, at: datetime) -> Handoff:
    made = handoffs.open(account, by=SYSTEM, at=at)
    handoffs.fill(made, ALL, by=Actor.of(seller), at=at)
    return handoffs.send(made, by=Actor.of(seller), at=at)


def test_it_is_due_so_many_business_days_after_the_signature(
    account: Account, seller: Member, csm: Member, at: datetime
) -> None:
    made = handoffs.open(account, signed_on=date(2026, 11, 20), by=SYSTEM, at=at)  # a Friday before a holiday
    assert made.due_on == date(2026, 11, 30)  # 24, 25, 26, 27, 30
    assert (made.seller, made.receiver, made.state) == (seller, csm, "draft")
    assert handoffs.open(account, by=SYSTEM, at=at) == made  # one under way is enough


def test_one_for_an_account_that_nobody_has_reaches_the_heads_and_then_its_first_owner(
    org: Organisation, seller: Member, csm: Member, at: datetime
) -> None:
    head = cast.member(Role.HEAD, "責任 者")
    made = accounts.open(cast.STARTING, by=SYSTEM, at=at)
    ownership.assign(made, seller, by=SYSTEM, at=at, phase=Phase.SALES)
    handoff = handoffs.open(made, by=SYSTEM, at=at)
    handoffs.fill(handoff, ALL, by=Actor.of(seller), at=at)
    handoffs.send(handoff, by=Actor.of(seller), at=at)
    assert Notice.objects.filter(member=head, code="handoff.sent").count() == 1
    handoff_rounds.step(at)
    assert Handoff.objects.get().receiver is None
    ownership.assign(made, csm, by=SYSTEM, at=at)
    handoff_rounds.step(at)
    handoff_rounds.step(at)
    assert Handoff.objects.get().receiver == csm
    assert Notice.objects.filter(member=csm, code="handoff.sent").count() == 1


def test_the_policy_moves_the_day_of_those_to_come(account: Account, at: datetime) -> None:
    policies.change(due_days=1, opens_itself=True, by=SYSTEM, at=at)
    assert handoffs.open(account, signed_on=TODAY, by=SYSTEM, at=at).due_on == date(2026, 11, 25)


def test_a_first_signature_opens_one_by_itself_and_once(account: Account, at: datetime) -> None:
    subscriptions.sign(account, by=SYSTEM, at=at, starts_on="2026-12-01", signed_on="2026-11-20")
    journal.seal()
    assert (handoff_rounds.step(at), handoff_rounds.step(at)) == (1, 0)
    made = Handoff.objects.get()
    assert (made.subscription is not None, made.signed_on) == (True, date(2026, 11, 20))
    subscriptions.sign(account, by=SYSTEM, at=at, starts_on="2027-01-01")
    journal.seal()
    assert handoff_rounds.step(at) == 0
    assert Handoff.objects.count() == 1


def test_one_that_was_begun_before_its_contract_was_known_is_attached_to_it(account: Account, at: datetime) -> None:
    made = handoffs.open(account, signed_on=date(2026, 11, 10), by=SYSTEM, at=at)
    signed = subscriptions.sign(account, by=SYSTEM, at=at, starts_on="2026-12-01")
    journal.seal()
    handoff_rounds.step(at)
    made.refresh_from_db()
    assert Handoff.objects.count() == 1
    assert (made.subscription, made.began, made.signed_on) == (signed, date(2026, 12, 1), date(2026, 11, 10))


def test_history_brought_in_opens_none_and_neither_does_a_policy_that_says_no(account: Account, at: datetime) -> None:
    subscriptions.sign(account, by=SYSTEM, at=at, starts_on="2025-04-01")
    other = accounts.open(cast.THRIVING, by=SYSTEM, at=at)
    journal.seal()
    handoff_rounds.step(at)
    policies.change(due_days=5, opens_itself=False, by=SYSTEM, at=at)
    subscriptions.sign(other, by=SYSTEM, at=at, starts_on="2026-12-01")
    journal.seal()
    handoff_rounds.step(at)
    assert not Handoff.objects.exists()


def test_it_goes_only_when_all_seven_are_answered_or_waived_with_a_reason(account: Account, at: datetime) -> None:
    made = handoffs.open(account, by=SYSTEM, at=at)
    said = {**ALL, "literacy": Said(), "promises": Said()}
    made = handoffs.fill(made, said, by=SYSTEM, at=at)
    assert made.settled == 5
    with pytest.raises(Refused) as refused:
        handoffs.send(made, by=SYSTEM, at=at)
    assert "約束事、ITリテラシー" in refused.value.faults[0].text.ja
    made = handoffs.fill(
        made, {"literacy": Said(reason="情報システム部が対応")}, promised=[Promised("研修を2回")], by=SYSTEM, at=at
    )
    assert (made.settled, made.waived) == (7, 1)
    assert handoffs.send(made, by=SYSTEM, at=at).state == "sent"


def test_people_named_are_contacts_of_this_account(account: Account, at: datetime) -> None:
    made = handoffs.open(account, by=SYSTEM, at=at)
    person = contacts.add(account, "田中 隆志", by=SYSTEM, at=at, role="decision_maker")
    stranger = contacts.add(accounts.open(cast.LOST, by=SYSTEM, at=at), "他社", by=SYSTEM, at=at)
    with pytest.raises(Refused):
        handoffs.fill(made, {}, people=[stranger.pk], by=SYSTEM, at=at)
    assert handoffs.fill(made, {}, people=[person.pk], by=SYSTEM, at=at).settled == 1
    assert handoffs.fill(made, {}, people=[], by=SYSTEM, at=at).settled == 0


def test_promises_of_the_sale_are_in_the_ledger_in_the_sellers_name(
    account: Account, seller: Member, at: datetime
) -> None:
    made = handoffs.open(account, by=SYSTEM, at=at)
    handoffs.fill(made, {}, promised=[Promised("連携の手順書", TODAY)], by=Actor.of(seller), at=at)
    row = Promise.objects.get()
    assert (row.given_by, row.origin, row.origin_key, row.due_on) == (seller, "handoff", str(made.pk), TODAY)


def test_who_accepts_leads_the_onboarding_and_keeps_promises_that_nobody_kept(
    sent: Handoff, csm: Member, seller: Member, at: datetime
) -> None:
    handoffs.fill(sent, {}, promised=[Promised("研修"), Promised("割引", owner=seller.pk)], by=SYSTEM, at=at)
    later = at + timedelta(hours=30)
    accepted = handoffs.accept(sent, member=csm, by=Actor.of(csm), at=later)
    assert (accepted.accept_hours, accepted.accepted_by) == (30.0, csm)
    assert Assignment.objects.get(phase=Phase.ONBOARDING, until_on=None).member == csm
    owners = dict(Promise.objects.values_list("words", "owner"))
    assert owners == {"研修": csm.pk, "割引": seller.pk}
    assert handoffs.accept(sent, member=csm, by=Actor.of(csm), at=later).version == accepted.version


def test_an_onboarding_owner_who_is_there_stays(sent: Handoff, csm: Member, at: datetime) -> None:
    mori = cast.member(Role.ONBOARDING, "森")
    ownership.assign(sent.account, mori, by=SYSTEM, at=at, phase=Phase.ONBOARDING)
    handoffs.accept(sent, member=csm, by=SYSTEM, at=at)
    assert Assignment.objects.get(phase=Phase.ONBOARDING, until_on=None).member == mori


def test_it_comes_back_with_questions_and_goes_again_with_answers(
    sent: Handoff, seller: Member, csm: Member, at: datetime
) -> None:
    with pytest.raises(Refused):
        handoffs.send_back(sent, [], by=Actor.of(csm), at=at)
    back = handoffs.send_back(
        sent, [Question("誰が判断しますか", "success"), Question("急ぎですか")], by=Actor.of(csm), at=at
    )
    assert (back.state, back.returns) == ("returned", 1)
    assert Notice.objects.filter(member=seller, code="handoff.returned").exists()
    with pytest.raises(Refused):
        handoffs.accept(back, member=csm, by=SYSTEM, at=at)
    handoffs.reply(back.questions.get(item="success"), "工場長", by=Actor.of(seller), at=at)
    again = handoffs.send(back, by=Actor.of(seller), at=at + timedelta(days=1))
    assert again.first_sent_at == sent.first_sent_at != again.sent_at


def test_one_that_nobody_needs_is_dropped_with_a_reason_and_another_may_follow(account: Account, at: datetime) -> None:
    made = handoffs.open(account, by=SYSTEM, at=at)
    with pytest.raises(Refused):
        handoffs.drop(made, "", by=SYSTEM, at=at)
    handoffs.drop(made, "契約の名義変更のみ", by=SYSTEM, at=at)
    assert handoffs.open(account, by=SYSTEM, at=at) != made


def test_one_dropped_by_mistake_goes_on_where_it_stood(sent: Handoff, csm: Member, at: datetime) -> None:
    handoffs.drop(sent, "誤操作", by=SYSTEM, at=at)
    back = handoff_again.restore(sent, by=SYSTEM, at=at)
    assert (back.state, back.note, back.settled) == ("sent", "", 7)
    assert handoff_again.restore(back, by=SYSTEM, at=at).version == back.version
    handoffs.send_back(back, [Question("誰が使うか")], by=Actor.of(csm), at=at + timedelta(hours=1))
    handoffs.drop(back, "誤操作", by=SYSTEM, at=at + timedelta(hours=2))
    assert handoff_again.restore(back, by=SYSTEM, at=at + timedelta(hours=3)).state == "returned"
    assert Entry.objects.filter(action="work.handoff.restored").count() == 2


def test_one_dropped_stays_so_while_another_is_under_way_or_once_accepted(
    account: Account, sent: Handoff, csm: Member, at: datetime
) -> None:
    handoffs.drop(sent, "契約の名義変更のみ", by=SYSTEM, at=at)
    other = handoffs.open(account, by=SYSTEM, at=at)
    with pytest.raises(Refused):
        handoff_again.restore(sent, by=SYSTEM, at=at)
    handoffs.drop(other, "重複", by=SYSTEM, at=at)
    assert handoff_again.restore(other, by=SYSTEM, at=at).state == "draft"
    handoffs.drop(other, "重複", by=SYSTEM, at=at)
    accepted = handoffs.accept(handoff_again.restore(sent, by=SYSTEM, at=at), member=csm, by=SYSTEM, at=at)
    with pytest.raises(Refused):
        handoff_again.restore(accepted, by=SYSTEM, at=at)


def test_two_writers_do_not_overwrite_each_other(account: Account, at: datetime) -> None:
    made = handoffs.open(account, by=SYSTEM, at=at)
    handoffs.fill(made, {"purpose": Said("紙をなくす")}, by=SYSTEM, at=at, version=1)
    with pytest.raises(Conflict):
        handoffs.fill(made, {"purpose": Said("人手不足")}, by=SYSTEM, at=at, version=1)


def test_the_journal_carries_the_state_as_a_fact_and_no_words_of_persons(sent: Handoff, at: datetime) -> None:
    entry = Entry.objects.get(action="work.handoff.sent")
    assert entry.particulars["fact"]["body"] == {
        "state": "sent", "settled": 7, "waived": 0, "due_on": "2026-12-01", "signed_on": "2026-11-24",
        "fit_expected": "", "fit_found": "",
    }  # fmt: skip
    entries = Entry.objects.filter(action__startswith="work.handoff.")
    assert not [each for each in entries if "について" in str(each.particulars)]


def test_the_figures_count_what_the_list_shows(sent: Handoff, csm: Member, at: datetime) -> None:
    """Of six: five sent and accepted after 1, 2, 3, 4 and 5 hours, one never sent and late."""
    handoffs.accept(sent, member=csm, by=SYSTEM, at=at + timedelta(hours=1))
    for hours in (2, 3, 4, 5):
        made = handoffs.open(accounts.open(f"会社{hours}", by=SYSTEM, at=at), by=SYSTEM, at=at)
        handoffs.fill(made, ALL, by=SYSTEM, at=at)
        handoffs.send(made, by=SYSTEM, at=at)
        handoffs.accept(made, by=SYSTEM, at=at + timedelta(hours=hours))
    handoffs.open(accounts.open("遅い", by=SYSTEM, at=at), signed_on=date(2026, 11, 2), by=SYSTEM, at=at)
    told = figures.of(Handoff.objects.all(), TODAY)
    assert (told.count, told.late, told.waiting, told.hours) == (6, 1, 0, 3.0)
    assert (told.in_time.part, told.in_time.whole) == (5, 6)
    assert told.completeness.value == pytest.approx(35 / 42)


def test_a_person_is_handed_over_and_forgotten(sent: Handoff, at: datetime) -> None:
    handoffs.fill(sent, {"people": Said("決裁者は田中 隆志様")}, by=SYSTEM, at=at)
    handoffs.send_back(sent, [Question("田中 隆志様の上司は")], by=SYSTEM, at=at)
    assert len(privacy.exported(["田中 隆志"])) == 2
    assert privacy.erase(["田中 隆志"], at=at) == 2
    assert sent.items.get(item="people").words == "決裁者は—様"
    assert Entry.objects.get(action="work.handoff.returned").personal.payload == {}
    assert privacy.exported(["田中 隆志"]) == []


def test_promises_of_others_stay_out_of_the_handoff(sent: Handoff, at: datetime) -> None:
    promises.make(sent.account, "別の約束", due_on=None, owner=None, by=SYSTEM, at=at)
    assert handoffs.fill(sent, {"promises": Said()}, by=SYSTEM, at=at).settled == 6


# --- in time ----------------------------------------------------------------------------------------------------


def _told(member: Member, code: str) -> int:
    return Notice.objects.filter(member=member, code=f"handoff.{code}").count()


def test_the_seller_hears_on_the_day_and_when_it_has_passed_then_the_heads(
    account: Account, seller: Member, at: datetime
) -> None:
    head = cast.member(Role.HEAD, "責任 者")
    handoffs.open(account, signed_on=date(2026, 11, 20), by=SYSTEM, at=at)  # due on Monday the 30th
    heard = {}
    for later in (5, 6, 7, 9, 10, 11):
        reminders.remind(TODAY + timedelta(later), at=at + timedelta(later))
        heard[later] = (_told(seller, "due"), _told(seller, "overdue"), _told(head, "late"))
    assert heard == {5: (0, 0, 0), 6: (1, 0, 0), 7: (1, 1, 0), 9: (1, 1, 0), 10: (1, 1, 1), 11: (1, 1, 1)}


def test_the_receiver_is_reminded_of_one_that_waits_for_more_than_two_business_days(
    sent: Handoff, csm: Member, seller: Member, at: datetime
) -> None:
    heard = []
    for later in (2, 3, 6):  # sent on Tuesday: Thursday, Friday, Monday
        reminders.remind(TODAY + timedelta(later), at=at + timedelta(later))
        heard.append(_told(csm, "waiting"))
    assert heard == [0, 1, 1] and _told(seller, "overdue") == 0
    handoffs.accept(sent, member=csm, by=Actor.of(csm), at=at)
    reminders.remind(TODAY + timedelta(20), at=at + timedelta(20))
    assert _told(csm, "waiting") == 1


def test_questions_that_nobody_answers_are_recalled_and_without_a_seller_the_heads_hear(
    sent: Handoff, csm: Member, seller: Member, at: datetime
) -> None:
    head = cast.member(Role.HEAD, "責任 者")
    handoffs.send_back(sent, [Question("体制は？")], by=Actor.of(csm), at=at)
    reminders.remind(TODAY + timedelta(2), at=at)
    assert _told(seller, "asked") == 0
    reminders.remind(TODAY + timedelta(3), at=at)
    assert (_told(seller, "asked"), _told(head, "asked")) == (1, 0)
    Handoff.objects.update(seller=None)
    reminders.remind(TODAY + timedelta(3), at=at)
    assert _told(head, "asked") == 1


def test_the_worker_reminds_once_a_day(sent: Handoff, csm: Member, at: datetime) -> None:
    for _ in range(2):
        handoff_rounds.step(at + timedelta(days=6))
    assert _told(csm, "waiting") == 1
