"""What the measures say, computed the slow and obvious way: one account, one day, loops over plain facts.

Written from the definitions alone; shares no code with `nenrin.analytics`. `said` is what was ever said: a list
of fact versions and a list of events, each with the day it became known. `known` limits what may be read.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

EVER = date(1900, 1, 1)
Row = dict


def measures(
    facts: list[Row], events: list[Row], account: int, day: date, known: date, is_business: Callable[[date], bool]
) -> dict[str, float | None] | None:
    """Every measure of the account on the day; None where the account does not exist."""
    said = [fact for fact in facts if fact["known"] <= known]
    world = World(said, [event for event in events if event["known"] <= known], day, is_business)
    if not world.exists(account):
        return None
    return {name: None if value is None else float(value) for name, value in world.all(account).items()}


class World:
    def __init__(self, facts: list[Row], events: list[Row], day: date, is_business: Callable[[date], bool]):
        self.facts = sorted(facts, key=lambda f: (f["known"], f["seq"]))
        self.events = events
        self.day = day
        self.is_business = is_business

    # --- who is who -------------------------------------------------------------------------------
    def believed(self, kind: str) -> list[Row]:
        """Of each key the last-known version that is valid by the day; nothing where that one is a retraction."""
        standing: dict[str, Row] = {}
        for fact in self.facts:
            if fact["kind"] == kind and fact["valid"] <= self.day:
                standing[fact["key"]] = fact
        return [fact for fact in standing.values() if not fact["gone"]]

    def survivor(self, account: int) -> int:
        """Where the account's facts belong: as last said, followed along the chain."""
        last: dict[int, int | None] = {}
        for fact in self.facts:
            if fact["kind"] == "survivor":
                last[int(fact["key"])] = None if fact["gone"] else fact["body"]["survivor"]
        passed = {account}
        while last.get(account) is not None and last[account] not in passed:
            account = last[account]  # type: ignore[assignment]
            passed.add(account)
        return account

    def exists(self, account: int) -> bool:
        mine = any(int(f["key"]) == account for f in self.believed("account"))
        return mine and self.survivor(account) == account

    def of(self, kind: str, account: int) -> list[Row]:
        return [f for f in self.believed(kind) if self.survivor(f["account"]) == account]

    def owner(self, key: str, day: date) -> int | None:
        """The account a group key belonged to on a day."""
        found: int | None = None
        for fact in self.facts:
            if fact["kind"] == "key" and fact["key"] == f"product|{key}" and fact["valid"] <= day:
                found = None if fact["gone"] else fact["account"]
        return None if found is None else self.survivor(found)

    # --- usage ------------------------------------------------------------------------------------
    def use(self, event: str) -> tuple[str, str | None]:
        use: tuple[str, str | None] = ("unmapped", None)
        for fact in self.facts:
            if fact["kind"] == "mapping" and fact["key"] == f"product|{event}":
                use = ("unmapped", None) if fact["gone"] else (fact["body"]["use"], fact["body"].get("feature"))
        return use

    def used(self, account: int, window: int, ending: int = 0) -> list[Row]:
        """Events of the `window` days that ended `ending` days ago, without ignored ones."""
        last = self.day - timedelta(ending)
        return [
            e
            for e in self.events
            if last - timedelta(window) < e["day"] <= last
            and self.owner(e["key"], e["day"]) == account
            and self.use(e["name"])[0] != "ignore"
        ]

    def fresh(self, account: int) -> bool:
        """Anybody's event within 14 days, and the account seen before."""
        awake = any(self.day - timedelta(14) < e["day"] <= self.day for e in self.events)
        return awake and self.first_seen(account) is not None

    def first_seen(self, account: int) -> date | None:
        seen = []
        for fact in self.believed("sighting"):
            on = date.fromisoformat(str(fact["body"]["day"]))
            key = fact["key"].split("|", 1)[1]
            if on <= self.day and self.owner(key, on) == account:
                seen.append(on)
        return min(seen, default=None)

    def business(self, window: int, ending: int = 0) -> int:
        last = self.day - timedelta(ending)
        return sum(self.is_business(last - timedelta(n)) for n in range(window))

    def users(self, account: int, first: date) -> int:
        return len(
            {
                e["user"]
                for e in self.events
                if first <= e["day"] <= self.day and self.owner(e["key"], e["day"]) == account
            }
        )

    def week_begins(self) -> date:
        """The earliest day of the last week: seven days, or as many as it takes to have five business days after it."""
        first = self.day
        while (self.day - first).days < 6 or self.business((self.day - first).days + 1) < 5:
            if (self.day - first).days >= 39:
                break
            first -= timedelta(1)
        return first

    # --- contracts --------------------------------------------------------------------------------
    def running(self, account: int) -> list[Row]:
        """Bodies of the subscriptions in force, with the price of the day."""
        found = []
        for fact in self.of("subscription", account):
            body = fact["body"]
            if body["starts_on"] <= self.day < self.stops(body):
                price = {"mrr_minor": body["mrr_minor"], "seats": body["seats"]}
                for step in sorted(body["steps"], key=lambda s: s["from_on"]):
                    if step["from_on"] <= self.day:
                        price = step
                found.append(body | {"mrr_minor": price["mrr_minor"], "seats": price["seats"]})
        return found

    @staticmethod
    def stops(body: Row) -> date:
        if body["ended_on"]:
            return body["ended_on"]
        if not body["auto_renews"]:
            return body["ends_on"]
        if not body["noticed_on"]:
            return date.max
        return next(end for end in ends(body) if end > body["noticed_on"])

    def all(self, account: int) -> dict[str, Fraction | int | None]:
        used = self.used(account, 28) if self.fresh(account) else None
        running = self.running(account)
        seats = sum(body["seats"] for body in running)
        week_users = self.users(account, self.week_begins())
        month_users = self.users(account, self.day - timedelta(27))
        business = self.business(28)
        out: dict[str, Fraction | int | None] = {
            "weekly_active_users": None if used is None else week_users,
            "active_user_share": None if used is None or not seats else Fraction(week_users, seats),
            "events_28d": None if used is None else len(used),
            "seats_paid": seats or None,
            "mrr": self.mrr(account, running),
            "days_to_renewal": self.to_renewal(running),
            "days_to_notice": self.to_notice(running),
            "tenure_days": self.tenure(account),
        }
        if used is None:
            out |= dict.fromkeys(("logins_per_seat_week", "feature_breadth", "feature_depth", "usage_trend",
                                  "days_since_activity", "tickets_per_active_user"))  # fmt: skip
        else:
            out |= self.usage(account, used, seats, business, month_users)
        return (
            out
            | self.support(account, month_users, used is not None)
            | self.voices(account)
            | self.touch(account)
            | self.billing(account)
        )

    def usage(
        self, account: int, used: list[Row], seats: int, business: int, month_users: int
    ) -> dict[str, Fraction | int | None]:
        logins = sum(self.use(e["name"])[0] == "login" for e in used)
        keyed = [self.use(e["name"])[1] or e["name"] for e in used if self.use(e["name"])[0] == "key_feature"]
        mapped, signs_in = set(), False
        for name in {f["key"].split("|")[1] for f in self.facts if f["kind"] == "mapping"}:
            signs_in = signs_in or self.use(name)[0] == "login"
            if self.use(name)[0] == "key_feature":
                mapped.add(self.use(name)[1] or name)
        before, business_before = len(self.used(account, 28, 28)), self.business(28, 28)
        first = self.first_seen(account)
        assert first is not None
        trend: Fraction | int | None = None
        if first <= self.day - timedelta(55):
            trend = 0 if not used else Fraction(len(used) * business_before, before * business) if before else None
        last = max((e["day"] for e in self.used(account, 90)), default=None)
        return {
            "logins_per_seat_week": Fraction(5 * logins, seats * business) if seats and signs_in else None,
            "feature_breadth": Fraction(len(set(keyed)), len(mapped)) if mapped else None,
            "feature_depth": (Fraction(5 * len(keyed), month_users * business) if month_users else 0)
            if mapped
            else None,
            "usage_trend": trend,
            "days_since_activity": 90 if last is None else (self.day - last).days,
        }

    def mrr(self, account: int, running: list[Row]) -> int | None:
        if not self.of("subscription", account):
            return None
        paid = [body for body in running if body["mrr_minor"]]
        return None if len({body["currency"] for body in paid}) > 1 else sum(body["mrr_minor"] for body in paid)

    def to_renewal(self, running: list[Row]) -> int | None:
        coming = [next((end for end in ends(body) if end > self.day), None) for body in running]
        return min(((end - self.day).days for end in coming if end), default=None)

    def to_notice(self, running: list[Row]) -> int | None:
        coming = []
        for body in running:
            if body["notice_deadline"] and not body["noticed_on"]:
                deadlines = [d for d in notices(body) if d >= self.day and d < self.stops(body)]
                coming += deadlines[:1]
        return min(((deadline - self.day).days for deadline in coming), default=None)

    def tenure(self, account: int) -> int | None:
        own = next(f["body"] for f in self.believed("account") if int(f["key"]) == account)
        if own["lost_on"] and own["lost_on"] <= self.day:
            return None
        if own["customer_since"] and own["customer_since"] <= self.day:
            return (self.day - own["customer_since"]).days
        begun = [f["body"]["starts_on"] for f in self.of("subscription", account) if f["body"]["starts_on"] <= self.day]
        return (self.day - min(begun)).days if begun else None

    # --- tickets, answers, pulse, touches ---------------------------------------------------------
    def support(self, account: int, month_users: int, fresh: bool) -> dict[str, Fraction | int | None]:
        spoken = [f["valid"] for f in self.facts if f["kind"] == "ticket" and not f["gone"]]
        heard = any(self.day - timedelta(30) < day <= self.day for day in spoken)
        tickets = [f["body"] for f in self.of("ticket", account) if f["body"]["opened_on"] <= self.day]
        recent = [t for t in tickets if t["opened_on"] > self.day - timedelta(28)]
        urgent = [
            t for t in tickets if t["priority"] == "urgent" and not (t["resolved_on"] and t["resolved_on"] <= self.day)
        ]
        known = bool(urgent) or heard
        return {
            "tickets_per_active_user": Fraction(len(recent), month_users) if heard and fresh and month_users else None,
            "urgent_tickets_open": len(urgent) if known else None,
            "urgent_ticket_age": max(((self.day - t["opened_on"]).days for t in urgent), default=0) if known else None,
        }

    def voices(self, account: int) -> dict[str, Fraction | int | None]:
        answers = [f["body"] for f in self.of("answer", account) if f["body"]["survey"] == "nps"]
        answers = [a for a in answers if a["answered_on"] <= self.day]
        recent = [a for a in answers if a["answered_on"] > self.day - timedelta(180)]
        people = {a["respondent"] for a in recent if a.get("respondent")}
        own = {who: [a for a in recent if a.get("respondent") == who] for who in people}
        last = {who: max(a["answered_on"] for a in said) for who, said in own.items()}
        valid = [a["score"] for a in recent if not a.get("respondent")]
        valid += [min(a["score"] for a in own[who] if a["answered_on"] == day) for who, day in last.items()]
        balance = sum(score >= 9 for score in valid) - sum(score <= 6 for score in valid)
        pulses = sorted((f["valid"], f["body"]["grade"], f["body"]["expires_on"] or f["valid"] + timedelta(45))
                        for f in self.of("pulse", account))  # fmt: skip
        return {
            "nps": Fraction(100 * balance, len(valid)) if valid else None,
            "nps_age": (self.day - max(a["answered_on"] for a in answers)).days if answers else None,
            "pulse": pulses[-1][1] if pulses and self.day < pulses[-1][2] else None,
        }

    def billing(self, account: int) -> dict[str, Fraction | int | None]:
        spoken = [f["valid"] for f in self.facts if f["kind"] == "invoice" and not f["gone"]]
        heard = any(self.day - timedelta(95) < day <= self.day for day in spoken)
        bodies = [f["body"] for f in self.of("invoice", account)]
        unpaid = [
            b for b in bodies if b["minor"] > 0 and b["status"] in ("open", "paid")
            and not (b["paid_on"] and b["paid_on"] <= self.day)
        ]  # fmt: skip
        late = [(self.day - b["due_on"]).days for b in unpaid if b["due_on"] and b["due_on"] < self.day]
        failed = [b["failed_payments"] for b in unpaid
                  if b["failed_payments"] and (b["failed_on"] or b["issued_on"]) <= self.day]  # fmt: skip
        return {
            "overdue_invoices": len(late) if late or heard else None,
            "days_overdue": max(late, default=0) if late or heard else None,
            "failed_payments": max(failed, default=0) if failed or heard else None,
        }

    def touch(self, account: int) -> dict[str, Fraction | int | None]:
        recorded = any(f["kind"] == "touch" and not f["gone"] and f["valid"] <= self.day for f in self.facts)
        bodies = [f["body"] for f in self.of("touch", account)]
        ours = [b["on"] for b in bodies if b["human"] and b["direction"] != "in" and b["on"] <= self.day]
        since = (self.day - max(ours)).days if ours else self.tenure(account)
        return {"days_since_touch": since if recorded else None}


def shifted(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def ends(body: Row) -> list[date]:
    """The stated end of the term, and the later ones of a subscription that renews by itself."""
    if not (body["auto_renews"] and not body["ended_on"] and body["term_months"]):
        return [body["ends_on"]]
    end, anchor = body["ends_on"], body.get("anchor_on")
    if anchor and end == shifted(date(end.year, end.month, 1), 1) - timedelta(1) and anchor.day > end.day:
        whole = [
            shifted(date(end.year, end.month, 1), n * body["term_months"]) for n in range(400 // body["term_months"])
        ]
        return [month.replace(day=min(anchor.day, monthrange(month.year, month.month)[1])) for month in whole]
    return [shifted(end, n * body["term_months"]) for n in range(400 // body["term_months"])]


def notices(body: Row) -> list[date]:
    stated, end = body["notice_deadline"], body["ends_on"]
    if body.get("notice_months") is not None:
        days = timedelta(1 + (body.get("notice_days") or 0))
        return [stated, *(shifted(later, -body["notice_months"]) - days for later in ends(body)[1:])]
    if (stated + timedelta(1)).day == end.day:
        months = [n * body["term_months"] for n in range(len(ends(body)))]
        return [shifted(stated + timedelta(1), n) - timedelta(1) for n in months]
    return [later - (end - stated) for later in ends(body)]
