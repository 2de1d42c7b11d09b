"""Touch models: how we are with an account, by rule, unless somebody decided otherwise for a while and said why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from nenrin.customers import account_rows, cleaning, facts, regrading, rules, settled
from nenrin.customers.errors import Refused
from nenrin.customers.grading import Grader
from nenrin.customers.models import Account, TouchModel
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.values import Text

_reason = cleaning.text(300, required=True)


@dataclass(frozen=True, slots=True)
class Model:
    key: str
    name: Text
    conditions: Sequence[dict[str, Any]] = ()
    channels: Sequence[str] = ()
    contact_every_days: int | None = None
    minutes_a_month: int | None = None


_TIER = [{"field": "tier", "op": "in", "value": ["enterprise"]}]
_MIDDLE = [{"field": "tier", "op": "in", "value": ["mid_market"]}]
DEFAULTS = (
    Model("high", Text("High touch", "ハイタッチ"), _TIER, ("meeting", "call", "mail"), 30, 240),
    Model("low", Text("Low touch", "ロータッチ"), _MIDDLE, ("webinar", "mail", "community"), 90, 45),
    Model("tech", Text("Tech touch", "テックタッチ"), (), ("mail", "guide", "community"), None, 5),
)


def version() -> int:
    """Of the touch models as they stand: what `replace` asks for, so that nobody's change is overwritten unseen."""
    return settled.version("rules", "touch_model")


def check(models: Sequence[Model]) -> None:
    """Raises Refused as `replace` does, each fault on its rule (`rules.2.conditions.0`); changes nothing."""
    rules.check_keys(models)
    for place, model in enumerate(models):
        rules.parsed(model.conditions, place)


def replace(models: Sequence[Model], *, by: Actor, at: datetime, version: int | None = None) -> int:
    """Put these touch models, in this order, in place of all; accounts follow at once. Returns how many moved.

    An override to a model that is gone stays until it runs out. Raises Refused, Conflict. Safe to repeat.
    Journal: customers.rules.changed and customers.account.regraded.
    """
    check(models)
    keys = [model.key for model in models]
    with transaction.atomic():
        stand = list(TouchModel.objects.select_for_update())
        sides = {"mine": {"touch_models": keys}, "theirs": {"touch_models": [row.key for row in stand]}}
        settled.stand_at("rules", "touch_model", version, **sides)
        TouchModel.objects.exclude(key__in=keys).delete()
        for position, model in enumerate(models):
            TouchModel.objects.update_or_create(key=model.key, defaults={**_columns(model), "position": position})
        note = {
            "kind": "touch_model",
            "rules": [{"key": m.key, "conditions": list(m.conditions)} for m in models],
        }
        journal.record("customers.rules.changed", actor=by, at=at, subject=("rules", "touch_model"), particulars=note)
    return regrading.regrade(as_of=organisation.today(at), by=by, at=at)


def _columns(model: Model) -> dict[str, Any]:
    return {
        "name_en": model.name.en,
        "name_ja": model.name.ja,
        "conditions": list(model.conditions),
        "channels": list(model.channels),
        "contact_every_days": model.contact_every_days,
        "minutes_a_month": model.minutes_a_month,
    }


def override(
    account: Account,
    touch_model: str,
    *,
    reason: str,
    until: date,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Account:
    """Give an account another touch model than its rule does, up to and without `until`, with a reason.

    Raises Refused, Conflict. Journal: customers.touch.overridden.
    """
    if not TouchModel.objects.filter(key=touch_model).exists():
        raise Refused.one("touch_model", Text("no such touch model", "未定義のタッチモデル"), touch_model)
    if until <= organisation.today(at):
        raise Refused.one("until", Text("must lie ahead", "未来の日付が必要"), until)
    try:
        said = str(_reason(reason))
    except cleaning.Wrong as wrong:
        raise Refused.one("reason", wrong.text, reason) from None
    values = {"touch_override": touch_model, "touch_reason": said, "touch_until": until}
    return _set(account, "overridden", values, version, by, at)


def release(account: Account, *, by: Actor, at: datetime, version: int | None = None) -> Account:
    """Let the rule decide again. Safe to repeat. Journal: customers.touch.released."""
    values = {"touch_override": "", "touch_reason": "", "touch_until": None}
    return _set(account, "released", values, version, by, at)


def _set(account: Account, verb: str, values: dict[str, Any], version: int | None, by: Actor, at: datetime) -> Account:
    with transaction.atomic():
        stands = Account.objects.select_for_update().get(pk=account.pk)
        account_rows.stand_at(stands, version, values)
        if all(getattr(stands, name) == value for name, value in values.items()):
            return stands
        for name, value in values.items():
            setattr(stands, name, value)
        Grader.current().grade(stands, organisation.today(at))
        account_rows.save([stands], at)
        note = {"touch_model": stands.touch_model, "reason": stands.touch_reason, "until": stands.touch_until}
        particulars = {**note, "fact": facts.of_account(stands)}
        code = f"customers.touch.{verb}"
        journal.record(code, actor=by, at=at, account=stands.pk, particulars=particulars, version=stands.version)
    return stands


def names() -> dict[str, Text]:
    return {row.key: Text(row.name_en, row.name_ja) for row in TouchModel.objects.all()}
