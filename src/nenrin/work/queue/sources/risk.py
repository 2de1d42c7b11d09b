"""A model says that leaving is probable, or ranks the account among the highest."""

from __future__ import annotations

from datetime import date

from nenrin.foundation.models import Member
from nenrin.insight.risk import actions, words
from nenrin.values import Text
from nenrin.work.queue import plays, said
from nenrin.work.queue.portfolio import Portfolio, Standing, Told
from nenrin.work.queue.reasons import Reason

#: Probability within 90 days from which it is a reason; of a model that only ranks, the share of accounts named.
LEAST, RANKED = 0.10, 0.10
MOST_NAMED = 2


def reasons(accounts: Portfolio, member: Member, on: date) -> list[Reason]:
    told = [(row, row.risks["churn"]) for row in accounts.standing.values() if "churn" in row.risks]
    ranking = sorted((one.p for _, one in told if one.is_ranking), reverse=True)
    floor = ranking[: max(1, round(RANKED * len(ranking)))][-1] if ranking else 1.0
    found = []
    for row, one in told:
        if one.p >= (floor if one.is_ranking else LEAST):
            found.append(_reason(row, one, on))
    return found


def _reason(row: Standing, told: Told, on: date) -> Reason:
    step = next(iter(actions.suggestions("churn", told.reasons, {})), None)
    return Reason(
        account=row.account.pk, code="risk", headline=_headline(told), evidence=_evidence(told),
        play=plays.play("risk", on, title=step.step if step else None), facts=(told.is_ranking, round(told.p, 1)),
    )  # fmt: skip


def _headline(told: Told) -> Text:
    if told.is_ranking:
        return Text("Among the accounts most likely to leave", "解約リスクの順位が上位")
    p = said.share(told.p)
    return Text(f"{p} likely to leave within 90 days", f"90日以内の解約確率 {p}")


def _evidence(told: Told) -> tuple[Text, ...]:
    """The measures that raise it most, with their values."""
    raising = [(str(row[0]), row[2]) for row in told.reasons if float(str(row[1])) > 0][:MOST_NAMED]
    if not raising:
        return ()
    named = [(words.feature(key), words.figure(key, v if isinstance(v, int | float) else None)) for key, v in raising]
    as_of = said.day(told.as_of)
    en = ", ".join(f"{name.en} {figure.en}" for name, figure in named)
    ja = "、".join(f"{name.ja} {figure.ja}" for name, figure in named)
    return (Text(f"{en} (as of {as_of.en}).", f"{ja}（{as_of.ja}時点）。"),)
