"""What plays were found to bring, beside the estimates: kept by whoever measures, told with every suggestion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from nenrin.values import Text
from nenrin.work.models.play_effect import PlayEffect
from nenrin.work.queue.plays import CAP, KINDS
from nenrin.work.queue.reasons import Reason


@dataclass(frozen=True, slots=True)
class Measured:
    """`code` of a play, the playbook's key, the finding with its interval in brief and in a sentence, and the share of the
    money at stake that it moves, if that is certain."""

    code: str
    playbook: str
    brief: Text
    words: Text
    moves: float | None
    as_of: date


def keep(found: Iterable[Measured]) -> int:
    """Make what is known of plays stand as told; what is not told is not known any more. Returns how many stand.

    Safe to repeat; a projection, so no journal.
    """
    rows = {one.code: _row(one) for one in found if one.code in KINDS}
    with transaction.atomic():
        PlayEffect.objects.exclude(pk__in=list(rows)).delete()
        PlayEffect.objects.bulk_create(
            rows.values(), update_conflicts=True, unique_fields=["code"],
            update_fields=["playbook", "brief", "words", "moves", "as_of"],
        )  # fmt: skip
    return len(rows)


def _row(one: Measured) -> PlayEffect:
    moves = None if one.moves is None else min(max(one.moves, 0.0), CAP)
    brief, words = ({"en": told.en, "ja": told.ja} for told in (one.brief, one.words))
    return PlayEffect(code=one.code, playbook=one.playbook, brief=brief, words=words, moves=moves, as_of=one.as_of)


def told(reasons: Sequence[Reason]) -> list[Reason]:
    """The reasons with what their plays were found to bring; a certain effect takes the estimate's place. One query."""
    known = {row.code: row for row in PlayEffect.objects.all()} if reasons else {}
    return [_told(one, known[one.play.code]) if one.play.code in known else one for one in reasons]


def _told(one: Reason, row: PlayEffect) -> Reason:
    is_certain = row.moves is not None and one.stake == "loss"
    moves = row.moves if is_certain and row.moves is not None else one.play.moves
    brief, words = row.told
    return replace(one, play=replace(one.play, brief=brief, measured=words, is_certain=is_certain, moves=moves))
