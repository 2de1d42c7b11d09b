"""What speaks against proposing anything to a customer now: health, an urgent ticket, a complaint without an answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, Expression, OuterRef, Q

from nenrin.analytics.scores.bands import Band
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation import bulk, format, organisation
from nenrin.foundation.calendar import day_of
from nenrin.ingest.models import Answer, Ticket
from nenrin.ingest.models.facts import ImportedQuerySet
from nenrin.values import Text
from nenrin.work import letters
from nenrin.work.models import Touch
from nenrin.work.models.touch import Channel, Direction

#: A detractor's answer without a word from us counts for so long.
ANSWER_DAYS: Final = 90
DETRACTOR: Final = 6


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that speaks against it: a sentence without a full stop, and the day of the fact."""

    code: str  # red, unknown, ticket, complaint or detractor
    text: Text
    as_of: date | None

    def row(self) -> dict[str, Any]:
        return {"code": self.code, "en": self.text.en, "ja": self.text.ja, "as_of": str(self.as_of or "")}


def of(account: Account, at: datetime) -> list[Ground]:
    """What speaks against a proposal to this account."""
    return grounds([account.pk], at).get(account.pk, [])


def grounds(accounts: Sequence[int] | None, at: datetime) -> dict[int, list[Ground]]:
    """The same for many (None: all accounts). Accounts without a ground are not in it."""
    return _by_account([*_health(accounts), *_tickets(accounts), *_answers(accounts, at)])


def voiced(accounts: Sequence[int] | None, at: datetime) -> dict[int, list[Ground]]:
    """Those that customers gave themselves: tickets and answers."""
    return _by_account([*_tickets(accounts), *_answers(accounts, at)])


def _by_account(pairs: Iterable[tuple[int, Ground]]) -> dict[int, list[Ground]]:
    found: dict[int, list[Ground]] = {}
    for key, ground in pairs:
        found.setdefault(key, []).append(ground)
    return found


def check(account: Account, words: str, at: datetime) -> list[Ground]:
    """The grounds that stand. Raises Refused, naming each, where there is one and nobody said why it should be done."""
    stands = of(account, at)
    if stands and not words.strip():
        raise Refused.one("reason", refusal(stands))
    return stands


def refusal(stands: Iterable[Ground]) -> Text:
    """
    >>> refusal([Ground("red", Text("health is at risk", "ヘルスが危険"), None)]).en
    'held back: health is at risk; give a reason to go on all the same'
    """
    said = list(stands)
    en, ja = "; ".join(one.text.en for one in said), "、".join(one.text.ja for one in said)
    return Text(
        f"held back: {en}; give a reason to go on all the same", f"提案を保留中（{ja}）。進める場合は理由が必要"
    )


def _health(accounts: Sequence[int] | None) -> list[tuple[int, Ground]]:
    rows = Account.objects.exclude(health__band__in=(Band.HEALTHY, Band.CAUTION))
    rows = rows.standing() if accounts is None else rows.filter(pk__in=bulk.among(accounts))
    told = rows.values_list("pk", "health__band", "health__score", "health__as_of")
    return [(key, of_health(band, score, as_of)) for key, band, score, as_of in told]


def of_health(band: str | None, score: float | None, as_of: date | None) -> Ground:
    if band == Band.AT_RISK and score is not None:
        return Ground("red", Text(f"health is at risk ({score:.0f} points)", f"ヘルスが危険（{score:.0f}点）"), as_of)
    return Ground("unknown", Text("health is not known", "ヘルスが不明"), as_of)


def tickets(accounts: Sequence[int] | Expression | None) -> ImportedQuerySet:
    """Urgent ones and complaints that are not resolved."""
    rows = Ticket.objects.filter(Q(priority="urgent") | Q(kind="complaint"))
    rows = rows.filter(resolved_at__isnull=True, retracted_at__isnull=True)
    return rows if accounts is None else rows.filter(account__in=bulk.among(accounts))


def _tickets(accounts: Sequence[int] | None) -> list[tuple[int, Ground]]:
    """The oldest of each kind."""
    zone, found = organisation.zone(), dict[tuple[str, int], date]()
    told = tickets(accounts).order_by("-opened_at").values_list("account_id", "priority", "kind", "opened_at")
    for key, priority, kind, opened in told:
        codes = [("ticket", priority == "urgent"), ("complaint", kind == "complaint")]
        found.update({(code, key): day_of(opened, zone) for code, is_one in codes if is_one})
    return [(key, _of_ticket(code, day)) for (code, key), day in found.items()]


def _of_ticket(code: str, day: date) -> Ground:
    en, ja = format.day(day, "en"), format.day(day, "ja")
    if code == "ticket":
        return Ground(
            code, Text(f"an urgent ticket has been open since {en}", f"緊急の問い合わせが未解決（{ja}受付）"), day
        )
    return Ground(code, Text(f"a complaint of {en} is not answered", f"不満の申し出に未回答（{ja}受付）"), day)


def since(at: datetime) -> datetime:
    """From when on a detractor's answer counts."""
    return at - timedelta(ANSWER_DAYS)


def detractors(
    accounts: Sequence[int] | Expression | None, begun: datetime | Expression, at: datetime | Expression
) -> ImportedQuerySet:
    """Those of this time whom nobody has talked or written to since."""
    talked = Touch.objects.filter(
        account=OuterRef("account"), happened_at__gt=OuterRef("answered_at"), retracted_at__isnull=True
    ).exclude(channel=Channel.NOTE)
    talked = talked.exclude(direction=Direction.IN)
    replied = letters.by_people().filter(account=OuterRef("account"), handed_over_at__gt=OuterRef("answered_at"))
    rows = Answer.objects.filter(
        ~Exists(talked), ~Exists(replied), survey="nps", score__lte=DETRACTOR, retracted_at__isnull=True, answered_at__lte=at,
        answered_at__gte=begun,
    )  # fmt: skip
    return rows if accounts is None else rows.filter(account__in=bulk.among(accounts))


def _answers(accounts: Sequence[int] | None, at: datetime) -> list[tuple[int, Ground]]:
    """The latest of each account."""
    zone = organisation.zone()
    told = detractors(accounts, since(at), at).order_by("answered_at").values_list("account_id", "score", "answered_at")
    latest = {key: (score, day_of(answered, zone)) for key, score, answered in told if answered is not None}
    return [(key, _of_answer(score, day)) for key, (score, day) in latest.items()]


def _of_answer(score: int | None, day: date) -> Ground:
    en, ja = format.day(day, "en"), format.day(day, "ja")
    return Ground("detractor", Text(f"NPS {score} of {en} has no answer", f"NPS {score}（{ja}）に未返答"), day)
