"""Random histories: late, corrected, re-mapped, re-keyed, merged and undone facts of four accounts."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from nenrin.analytics.lake import EVER
from tests.analytics.measures_cast import SPACE, Said

FIRST = date(2026, 2, 20)
LAST = date(2026, 6, 20)  # the run of holidays in May lies inside
ACCOUNTS = (1, 2, 3, 4)
EVENTS = ("signed_in", "report_made", "report_shared", "heartbeat", "clicked")
USES = ("login", "key_feature", "first_value", "ignore", "other")


def history(seed: int) -> Said:
    rng = Random(seed)
    said = Said()
    for account in ACCOUNTS:
        start = FIRST + timedelta(rng.randrange(0, 30))
        said.account(account, start, customer_since=rng.choice([None, start, start - timedelta(90)]), lost_on=None)
    for tell in (
        _mappings,
        _subscriptions,
        _tickets,
        _answers,
        _invoices,
        _touches,
        _pulses,
        _merges,
        _keys,
        _accounts,
        _events,
    ):
        tell(said, rng)
    return said


def _day(rng: Random) -> date:
    return FIRST + timedelta(rng.randrange((LAST - FIRST).days + 1))


def _late(rng: Random, day: date) -> date:
    return day + timedelta(rng.choice([0, 0, 0, 1, 3, 9, 40]))


def _mappings(said: Said, rng: Random) -> None:
    for _ in range(rng.randrange(2, 9)):
        event = rng.choice(EVENTS)
        feature = rng.choice([None, "reports"])
        if rng.random() < 0.15:
            said.fact("mapping", f"{SPACE}|{event}", known=_day(rng), gone=True)
        else:
            said.mapped(event, rng.choice(USES), _day(rng), feature)


def _body(rng: Random, start: date) -> dict:
    months = rng.choice([1, 3, 12])
    ends = start + timedelta(rng.choice([28, 31, 45, 90, 365]))
    steps = [{"from_on": start + timedelta(n), "mrr_minor": rng.randrange(0, 5) * 1000, "seats": rng.randrange(0, 6)}
             for n in sorted(rng.sample(range(80), rng.randrange(0, 3)))]  # fmt: skip
    return {
        "starts_on": start, "ends_on": ends, "auto_renews": rng.random() < 0.6, "term_months": months,
        "notice_deadline": rng.choice([None, ends - timedelta(rng.randrange(1, 31))]),
        "noticed_on": rng.choice([None, None, _day(rng)]), "ended_on": rng.choice([None, None, None, _day(rng)]),
        "status": "active", "seats": rng.randrange(0, 6), "mrr_minor": rng.randrange(0, 9) * 1000,
        "currency": rng.choice(["JPY", "JPY", "USD"]), "steps": steps,
    } | rng.choice([{}, {"anchor_on": start, "notice_months": rng.randrange(0, 3), "notice_days": rng.randrange(0, 9)}])  # fmt: skip


def _subscriptions(said: Said, rng: Random) -> None:
    for number in range(rng.randrange(1, 6)):
        account, start = rng.choice(ACCOUNTS), _day(rng) - timedelta(rng.choice([0, 0, 200]))
        for _ in range(rng.randrange(1, 4)):
            valid = max(start, _day(rng)) if rng.random() < 0.5 else start
            gone = rng.random() < 0.1
            said.fact(
                "subscription", f"s{number}", _body(rng, start), account=account, valid=EVER if gone else valid,
                known=max(FIRST, _late(rng, valid)), gone=gone,
            )  # fmt: skip


def _tickets(said: Said, rng: Random) -> None:
    for number in range(rng.randrange(0, 9)):
        account, opened = rng.choice(ACCOUNTS), _day(rng)
        body = {"priority": rng.choice(["urgent", "urgent", "normal"]), "opened_on": opened, "resolved_on": None}
        said.fact("ticket", f"t{number}", body, account=account, valid=opened, known=_late(rng, opened))
        resolved = opened + timedelta(rng.randrange(0, 20))
        if rng.random() < 0.6:
            said.fact("ticket", f"t{number}", body | {"resolved_on": resolved}, account=account, valid=resolved,
                      known=_late(rng, resolved))  # fmt: skip
        if rng.random() < 0.2:
            said.fact("ticket", f"t{number}", account=account, known=_late(rng, resolved), gone=True)


def _answers(said: Said, rng: Random) -> None:
    for number in range(rng.randrange(0, 8)):
        account, day = rng.choice(ACCOUNTS), _day(rng) - timedelta(rng.choice([0, 0, 170]))
        for _ in range(rng.choice([1, 1, 2])):
            body = {"survey": rng.choice(["nps", "nps", "csat"]), "score": rng.randrange(0, 11), "answered_on": day,
                    "respondent": rng.choice([None, "", "tanaka", "tanaka", "mori"])}  # fmt: skip
            said.fact("answer", f"a{number}", body, account=account, valid=day, known=max(FIRST, _late(rng, day)))


def _invoices(said: Said, rng: Random) -> None:
    for number in range(rng.randrange(0, 8)):
        account, issued = rng.choice(ACCOUNTS), _day(rng) - timedelta(rng.choice([0, 0, 90]))
        body = {"issued_on": issued, "due_on": rng.choice([None, issued + timedelta(rng.randrange(0, 31))]),
                "paid_on": None, "minor": rng.choice([50_000, 50_000, -20_000]), "currency": "JPY", "status": "open",
                "failed_payments": 0, "failed_on": None}  # fmt: skip
        known = _late(rng, issued)
        said.fact("invoice", f"i{number}", body, account=account, valid=issued, known=max(FIRST, known))
        if rng.random() < 0.4:
            failed = issued + timedelta(rng.randrange(0, 20))
            body = body | {"failed_payments": rng.randrange(1, 4), "failed_on": rng.choice([None, failed])}
            said.fact(
                "invoice", f"i{number}", body, account=account, valid=failed, known=max(FIRST, _late(rng, failed))
            )
        if rng.random() < 0.6:
            on = issued + timedelta(rng.randrange(0, 60))
            paid = {"status": "paid", "paid_on": on} if rng.random() < 0.8 else {"status": "void"}
            said.fact("invoice", f"i{number}", body | paid, account=account, valid=on, known=max(FIRST, _late(rng, on)))
        if rng.random() < 0.1:
            said.fact("invoice", f"i{number}", account=account, known=max(FIRST, _late(rng, issued)), gone=True)


def _touches(said: Said, rng: Random) -> None:
    for number in range(rng.randrange(0, 8)):
        account, day = rng.choice(ACCOUNTS), _day(rng)
        body = {"channel": "call", "direction": rng.choice(["out", "in"]), "human": rng.random() < 0.8, "on": day}
        said.fact("touch", f"c{number}", body, account=account, valid=day, known=_late(rng, day))
        if rng.random() < 0.2:
            said.fact("touch", f"c{number}", account=account, known=_late(rng, day), gone=True)


def _pulses(said: Said, rng: Random) -> None:
    for number in range(rng.randrange(0, 6)):
        account, day = rng.choice(ACCOUNTS), _day(rng)
        body = {"grade": rng.randrange(1, 7), "expires_on": rng.choice([None, day + timedelta(10)])}
        said.fact("pulse", f"p{number}", body, account=account, valid=day, known=_late(rng, day))


def _merges(said: Said, rng: Random) -> None:
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        absorbed, survivor = rng.sample(ACCOUNTS, 2)
        day = _day(rng)
        said.fact("survivor", str(absorbed), {"survivor": survivor}, account=absorbed, known=day)
        if rng.random() < 0.6:
            undone = day + timedelta(rng.randrange(0, 30))
            said.fact("survivor", str(absorbed), account=absorbed, known=undone, gone=True)


def _keys(said: Said, rng: Random) -> None:
    for _ in range(rng.choice([0, 1, 2])):
        key, account, day = rng.choice(ACCOUNTS), rng.choice(ACCOUNTS), _day(rng)
        gone = rng.random() < 0.2
        valid = EVER if gone or rng.random() < 0.5 else day - timedelta(rng.randrange(0, 30))
        said.fact("key", f"{SPACE}|g:{key}", account=account, valid=valid, known=day, gone=gone)


def _accounts(said: Said, rng: Random) -> None:
    if rng.random() < 0.5:
        account, day = rng.choice(ACCOUNTS), _day(rng)
        body = {"customer_since": FIRST - timedelta(30), "lost_on": rng.choice([None, day])}
        said.fact("account", str(account), body, account=account, valid=day, known=day)


def _events(said: Said, rng: Random) -> None:
    for _ in range(rng.randrange(5, 60)):
        day = _day(rng)
        said.used(rng.choice(ACCOUNTS), day, rng.choice(EVENTS), user=rng.choice(["mei", "ken", "aoi"]),
                  times=rng.choice([1, 1, 2]), known=_late(rng, day))  # fmt: skip
