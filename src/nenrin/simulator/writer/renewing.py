"""What the colleagues of the vendor expect of the renewals ahead; one of them is too hopeful, as the model sees it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from nenrin.analytics.scores.bands import Band
from nenrin.customers.models import Subscription
from nenrin.foundation import organisation
from nenrin.foundation.models import Member
from nenrin.simulator.writer.accounts import Book
from nenrin.values import Text
from nenrin.work import renewal_checkpoints, renewal_lines, renewals
from nenrin.work.renewal_lines import Line

WHO = ("sato", "ito", "nakajima", "okada")
AHEAD, MOST = timedelta(days=183), 9
HOPEFUL = Text(
    "The head of department said at the last meeting that they go on.", "前回の定例で部門長から継続の意向を口頭で確認。"
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


def called(book: Book, *, now: datetime) -> int:
    """Each calls the nearest of their own renewals, and the checkpoints that are due are taken; returns the calls."""
    today, count = organisation.today(now), 0
    for place, key in enumerate(WHO):
        member = book.ground.members[key]
        lines = renewal_lines.ahead(member, today, today + AHEAD)
        owned = sorted((one for one in lines if one.owner == member.pk and not one.is_noticed), key=_nearest)[:MOST]
        for number, line in enumerate(owned[: MOST - place]):
            _say(book, key, line, "", now - timedelta(days=3 + 2 * number))
            count += 1
        if place == 0:
            count += _hoped(book, key, owned, now)
    while renewal_checkpoints.step(now):
        pass
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


def _say(book: Book, key: str, line: Line, call: str, at: datetime) -> None:
    member: Member = book.ground.members[key]
    row = Subscription.objects.select_related("account").get(pk=line.subscription)
    usual, why, after = CALLS.get(line.band, CALLS[""])
    language = row.account.language
    renewals.say(
        row, call or usual, by=book.ground.actor(key), author=member, at=at,
        reason=(HOPEFUL if call else why).in_(language), next_step=after.in_(language),
    )  # fmt: skip
