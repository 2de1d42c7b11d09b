"""A playbook as it stands in a file: segments and endpoints by name, colleagues by e-mail.

Their numbers differ between installations: under a number, the wrong colleague would get an account, or the wrong system
what is told of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nenrin.foundation.models import Member, WebhookEndpoint
from nenrin.insight.models import Segment
from nenrin.playbooks import steps, triggers
from nenrin.playbooks.documents.params import Param
from nenrin.playbooks.documents.problems import Problem, Unreadable, nearest
from nenrin.values import Text

Document = Mapping[str, Any]
ARMS: Final = ("then", "otherwise")
#: What is called by name in files, with what is expected there.
EXPECTED: Final[Mapping[str, Text]] = {
    "segments": Text("the name of a segment", "セグメントの名前"),
    "members": Text("the e-mail of an active colleague", "在籍中のメンバーのメールアドレス"),
    "webhooks": Text("the name of an endpoint", "送信先の名前"),
}
#: Of each source: number -> name.
Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Spot:
    """One value that names something: of which source, where, and what stands there."""

    source: str
    path: str
    value: str


def names() -> Names:
    """What things are called in files. Two of one name keep their numbers: a name would not say which is meant."""
    return {
        "segments": _only_ones(Segment.objects.values_list("pk", "name")),
        "members": _only_ones(Member.objects.values_list("pk", "email")),
        "webhooks": _only_ones(WebhookEndpoint.objects.filter(disabled_at__isnull=True).values_list("pk", "name")),
    }


def written(document: Document, known: Names | None = None) -> dict[str, Any]:
    """The document for a file. What is gone stays as it is."""
    found = names() if known is None else known
    return _retold(document, lambda spot: found[spot.source].get(spot.value, spot.value))


def read(document: Document) -> dict[str, Any]:
    """The document of a file, for this installation. Raises Unreadable naming whoever is not known here."""
    told, strange = _numbers(), list[Problem]()

    def numbered(spot: _Spot) -> str:
        found = told[spot.source].get(spot.value)
        if found is None:
            known = list(told[spot.source])
            near, place = nearest(spot.value, known), Text(spot.path, spot.path)
            strange.append(Problem(spot.path, place, spot.value, EXPECTED[spot.source], near))
        return found or spot.value

    whole = _retold(document, numbered)
    if strange:
        raise Unreadable(strange)
    return whole


def _numbers() -> Names:
    """Name -> number, of those that may be chosen now; a number stands for itself where a name would not say enough."""
    there = {
        "segments": Segment.objects.filter(archived_at__isnull=True).values_list("pk", "name"),
        "members": Member.objects.filter(is_active=True).values_list("pk", "email"),
        "webhooks": WebhookEndpoint.objects.filter(disabled_at__isnull=True).values_list("pk", "name"),
    }
    found = {}
    for source, rows in there.items():
        told = list(rows)
        named = _only_ones(told)
        found[source] = {named.get(str(pk), str(pk)): str(pk) for pk, _ in told}
    return found


def _only_ones(rows: Iterable[tuple[int, str]]) -> dict[str, str]:
    """
    >>> _only_ones([(1, "a"), (2, "b"), (3, "a")])
    {'2': 'b'}
    """
    told = [(str(pk), name) for pk, name in rows]
    taken = [name for _, name in told]
    return {pk: name for pk, name in told if name and taken.count(name) == 1}


def _retold(document: Document, told: Callable[[_Spot], str]) -> dict[str, Any]:
    return {
        **document,
        **{key: _listed(document[key], key, told) for key in ("when", "steps") if isinstance(document.get(key), list)},
    }


def _listed(rows: list[Any], path: str, told: Callable[[_Spot], str]) -> list[Any]:
    return [
        _one(row, f"{path}[{n}]", told) if isinstance(row, Mapping) else row  # a document is read as it came
        for n, row in enumerate(rows)
    ]


def _one(row: Mapping[str, Any], path: str, told: Callable[[_Spot], str]) -> dict[str, Any]:
    changed = dict(row)
    for param in _params(row):
        if param.source in EXPECTED and row.get(param.key) not in (None, ""):
            changed[param.key] = told(_Spot(param.source, f"{path}.{param.key}", str(row[param.key])))
    for arm in ARMS:
        if isinstance(row.get(arm), list):
            changed[arm] = _listed(row[arm], f"{path}.{arm}", told)
    return changed


def _params(row: Mapping[str, Any]) -> tuple[Param, ...]:
    step, trigger = steps.KINDS.get(str(row.get("do"))), triggers.KINDS.get(str(row.get("trigger")))
    return (step.params if step else ()) + (trigger.params if trigger else ())
