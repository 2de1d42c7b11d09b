"""What the colleagues of the vendor expect of the renewals ahead, and what was expected of those that are over.

One of them is too hopeful, as the model sees it; the head of customer success overrules another.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from nenrin.analytics.scores.bands import Band
from nenrin.customers.models import Account, Subscription
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member
from nenrin.simulator.streams import stream
from nenrin.simulator.writer.accounts import Book
from nenrin.values import Text
from nenrin.work import (
    renewal_checkpoints,
    renewal_history,
    renewal_lines,
    renewal_outcomes,
    renewal_outlooks,
    renewal_snapshots,
    renewals,
)
from nenrin.work.models import RenewalOutcome
from nenrin.work.models.renewal import Call, Side
from nenrin.work.renewal_history import Said
from nenrin.work.renewal_lines import Line

WHO, HEAD = ("sato", "ito", "nakajima", "okada"), "takagi"
AHEAD, MOST = timedelta(days=183), 9
#: The snapshot was kept so long ago; calls made since are what has moved.
KEPT = timedelta(days=7)
HOPEFUL = Text(
    "The head of department said at the last meeting that they go on.", "前回の定例で部門長から継続の意向を口頭で確認。"
)
OVERRULED = Text(
    "Their director asked us for a price for fewer seats; do not count on it before that is agreed.",
    "先方役員からライセンス削減の見積もり依頼あり。合意まではコミットに含めない。",
)
#: By health: the call, why, and what comes next.
CALLS = {
    "healthy": ("commit", Text("Usage grows; budget is planned.", "利用が伸びている。来期予算に計上済み。"),
                Text("Send the quotation for the renewal", "更新の見積もりを送付")),
    "caution": ("likely", Text("Goes on, wants fewer seats.", "継続の方針。ライセンス数の見直し希望あり。"),
                Text("Show the results of the half year", "半年間の成果を報告")),
    "at_risk": ("at_risk", Text("Few use it since their reorganisation.", "組織変更後に利用が減少。代替案を検討中。"),
                Text("Meet whoever decides", "決裁者との面談を設定")),
    "": ("open", Text("Too early to say.", "時期尚早。次回の定例で意向を確認。"), Text("Ask at the next meeting", "次回の定例で確認")),
}  # fmt: skip
#: What was called of terms that stayed, and of those that left: not always right.
STAYED = ((Call.COMMIT, 0.5), (Call.LIKELY, 0.36), (Call.OPEN, 0.09), (Call.AT_RISK, 0.05))
LEFT = ((Call.COMMIT, 0.08), (Call.LIKELY, 0.22), (Call.OPEN, 0.2), (Call.AT_RISK, 0.35), (Call.LOST, 0.15))
#: Of the price: what shrinks or grows with the renewal as it was called.
GROWTH = {"healthy": 0.1, "caution": -0.15}


def called(book: Book, *, now: datetime) -> int:
    """What came of past terms and what was said of them; then each calls the nearest of their own renewals. Returns the
    calls."""
    _remembered(book, now)
    _refreshed(now)
    count = _half(book, now, is_later=False)
    renewal_snapshots.take(by=SYSTEM, at=now - KEPT)
    count += _half(book, now, is_later=True) + _overruled(book, now)
    while renewal_checkpoints.step(now):
        pass
    return count


def _refreshed(now: datetime) -> None:
    while keys := renewal_outlooks.stale():
        renewal_outlooks.refresh(keys, now)


def _half(book: Book, now: datetime, *, is_later: bool) -> int:
    """The first two spoke before the snapshot was kept, the others after; the hopeful one yesterday."""
    today, count = organisation.today(now), 0
    for place, key in enumerate(WHO):
        if is_later is not (place >= len(WHO) // 2):
            continue
        member = book.ground.members[key]
        lines = renewal_lines.ahead(member, today, today + AHEAD)
        owned = sorted((one for one in lines if one.owner == member.pk and not one.is_noticed), key=_nearest)[:MOST]
        for number, line in enumerate(owned[: MOST - place]):
            _say(
                book, key, line, "", now - timedelta(days=1 + number % 5, hours=3) - (timedelta() if is_later else KEPT)
            )
            count += 1
        if place == 0:
            count += _hoped(book, key, owned, now)
    return count


def _nearest(line: Line) -> tuple[object, int]:
    return line.decision_on, line.subscription


def _hoped(book: Book, key: str, lines: Sequence[Line], now: datetime) -> int:
    """The one that the model, or health, sees lowest is committed all the same."""
    doubtful = sorted((one for one in lines if one.p is not None), key=lambda one: one.p or 0)
    doubtful = doubtful or [one for one in lines if one.band == Band.AT_RISK]
    if not doubtful:
        return 0
    _say(book, key, doubtful[0], "commit", now - timedelta(days=1))
    return 1


def _overruled(book: Book, now: datetime) -> int:
    """The head does not count on the largest that is committed by somebody else."""
    today, head = organisation.today(now), book.ground.members[HEAD]
    hopeful = book.ground.members[WHO[0]].pk
    lines = [
        one for one in renewal_lines.ahead(head, today, today + AHEAD) if one.call and one.call.author_id != hopeful
    ]
    committed = [one for one in lines if one.call and one.call.call == Call.COMMIT]
    if not committed:
        return 0
    row = Subscription.objects.select_related("account").get(
        pk=max(committed, key=lambda one: one.mrr.minor).subscription
    )
    renewals.say(
        row, Call.OPEN, side=Side.MANAGER, by=book.ground.actor(HEAD), author=head, at=now - timedelta(hours=20),
        reason=OVERRULED.in_(row.account.language),
    )  # fmt: skip
    return 1


def _say(book: Book, key: str, line: Line, call: str, at: datetime) -> None:
    member: Member = book.ground.members[key]
    row = Subscription.objects.select_related("account").get(pk=line.subscription)
    usual, why, after = CALLS.get(line.band, CALLS[""])
    language, growth = row.account.language, 0.0 if call else GROWTH.get(line.band, 0.0)
    renewals.say(
        row, call or usual, by=book.ground.actor(key), author=member, at=at,
        reason=(HOPEFUL if call else why).in_(language), next_step=after.in_(language),
        expansion_minor=1_000 * round(line.mrr.minor * growth / 1_000) or None,
    )  # fmt: skip


def _remembered(book: Book, now: datetime) -> None:
    """Past terms as they came, and the forecasts of them that were kept before Nenrin."""
    while renewal_outcomes.step(now):
        pass
    people = {member.pk: member for key, member in book.ground.members.items() if key in WHO}
    rows = RenewalOutcome.objects.select_related("account").order_by("pk")
    said = [one for row in rows for days in renewal_checkpoints.DAYS if (one := _said(row, days, people, now))]
    renewal_history.bring(said, by=SYSTEM, at=now)
    while renewal_checkpoints.settle(organisation.today(now), now):
        pass


def _said(row: RenewalOutcome, days: int, people: dict[int, Member], now: datetime) -> Said | None:
    """What its owner said so many days before. No model: none had spoken before it had seen enough of them leave."""
    account: Account = row.account
    author = people.get(account.owner_id or 0)
    day = row.decision_on - timedelta(days)
    if author is None or day <= (account.customer_since or day):
        return None
    rng = stream(0, "renewing", account.name, str(row.term_end), days)
    choices = STAYED if row.kept_minor else LEFT
    call = choices[int(rng.choice(len(choices), p=[share for _, share in choices]))][0]
    at = now - timedelta(days=(organisation.today(now) - day).days + 2)
    return Said(
        account, row.term_end, row.decision_on, days, at, day, row.due_minor, row.currency, call.value, author,
    )  # fmt: skip
