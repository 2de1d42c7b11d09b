"""From the builder's forms to a playbook's document: plain values in, plain values out; the reader checks the whole."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from nenrin.analytics.conditions import Field
from nenrin.playbooks import steps, triggers
from nenrin.playbooks.documents.params import Param
from nenrin.web.segments import editing as conditions

Document = dict[str, Any]
Steps = list[dict[str, Any]]
ARMS = ("then", "otherwise")
#: Parts with one condition each: the key in the document that holds it.
CONDITIONS = {"who": "who", "except": "except", "exit": "exit_when"}
LIMITS = ("per_hour", "per_account", "per_contact", "per_run", "approval_above", "cool_down_days")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a step stands: its list, its place in it, and the step around it."""

    siblings: Steps
    at: int
    around: dict[str, Any] | None

    @property
    def step(self) -> dict[str, Any]:
        return self.siblings[self.at]


def spots(some: Steps, around: dict[str, Any] | None = None) -> Iterator[Spot]:
    for at, one in enumerate(some):
        yield Spot(some, at, around)
        for arm in ARMS:
            yield from spots(one.get(arm) or [], one)


def spot(document: Document, key: str) -> Spot | None:
    return next((one for one in spots(document["steps"]) if one.step.get("id") == key), None)


def moved(document: Mapping[str, Any], key: str, by: int) -> Document:
    """The document with a step one place up (-1) or down (1); at the end of an arm it leaves the arm.

    >>> one = {"steps": [{"id": "a"}, {"id": "b", "then": [{"id": "c"}]}]}
    >>> [step["id"] for step in moved(one, "c", -1)["steps"]]
    ['a', 'c', 'b']
    """
    changed = copy.deepcopy(dict(document))
    here = spot(changed, key)
    if here is None:
        return changed
    step, to = here.step, here.at + by
    if 0 <= to < len(here.siblings):
        here.siblings.pop(here.at)
        here.siblings.insert(to, step)
    elif here.around is not None:
        outer = spot(changed, here.around["id"])
        assert outer is not None  # it stands around a step of this document
        here.siblings.pop(here.at)
        outer.siblings.insert(outer.at + (by > 0), step)
    return changed


def dropped(document: Mapping[str, Any], key: str) -> Document:
    """Without a step, and without what stood in its arms."""
    changed = copy.deepcopy(dict(document))
    if here := spot(changed, key):
        here.siblings.pop(here.at)
    return changed


def put(document: Mapping[str, Any], step: dict[str, Any], place: str) -> Document:
    """With a step more, at a place of `places`."""
    changed = copy.deepcopy(dict(document))
    taken = {one.step["id"] for one in spots(changed["steps"])}
    step = {**step, "id": free(str(step["do"]), taken)}
    kind, _, key = place.partition(":")
    here = spot(changed, key)
    if here is None:
        changed["steps"].append(step)
    elif kind in ARMS:
        here.step.setdefault(kind, []).insert(0, step)
    else:
        here.siblings.insert(here.at + 1, step)
    return changed


def free(stem: str, taken: set[str]) -> str:
    """
    >>> free("wait", {"wait"})
    'wait_2'
    """
    wanted, turn = stem, 2
    while wanted in taken:
        wanted, turn = f"{stem}_{turn}", turn + 1
    return wanted


def with_step(document: Mapping[str, Any], key: str, form: QueryDict, fields: Mapping[str, Field]) -> Document:
    """With what the form says about one step; its arms stay."""
    changed = copy.deepcopy(dict(document))
    if here := spot(changed, key):
        kept = {name: here.step[name] for name in ("do", "id", *ARMS) if name in here.step}
        here.siblings[here.at] = {**kept, **told(steps.KINDS[kept["do"]].params, form, fields)}
    return changed


def new_step(kind: str, form: QueryDict, fields: Mapping[str, Field]) -> dict[str, Any]:
    return {"do": kind, **told(steps.KINDS[kind].params, form, fields)}


def with_trigger(
    document: Mapping[str, Any], place: int, kind: str, form: QueryDict, fields: Mapping[str, Field]
) -> Document:
    """With what the form says about one trigger; a place after the last is a new one."""
    changed = copy.deepcopy(dict(document))
    made = {"trigger": kind, **told(triggers.KINDS[kind].params, form, fields)}
    changed["when"] = [*changed["when"][:place], made, *changed["when"][place + 1 :]]
    return changed


def without_trigger(document: Mapping[str, Any], place: int) -> Document:
    changed = copy.deepcopy(dict(document))
    changed["when"] = [one for n, one in enumerate(changed["when"]) if n != place]
    return changed


def with_part(document: Mapping[str, Any], part: str, form: QueryDict, fields: Mapping[str, Field]) -> Document:
    """With what the form says about one of the parts that are no step and no trigger."""
    changed = copy.deepcopy(dict(document))
    if part in CONDITIONS:
        _put(changed, CONDITIONS[part], _condition(form, fields))
    elif part == "goal":
        _goal(changed, form, fields)
    elif part == "limits":
        _limits(changed, form)
    elif part == "holdout":
        _holdout(changed, form, fields)
    elif part == "about":
        _about(changed, form)
    return changed


def _put(document: Document, key: str, value: Any) -> None:
    document.pop(key, None)
    if value not in (None, "", {}, []):
        document[key] = value


def _condition(form: QueryDict, fields: Mapping[str, Field]) -> Any:
    """None where nothing is asked."""
    found = conditions.document(form, fields)
    return None if found in ({"all": []}, {"any": []}) else found


def _goal(document: Document, form: QueryDict, fields: Mapping[str, Field]) -> None:
    condition, name = _condition(form, fields), words(form, "name")
    goal = {"name": name, "when": condition, "within_days": number(form.get("within_days", "")) or 0}
    _put(document, "goal", goal if condition or name else None)


def _limits(document: Document, form: QueryDict) -> None:
    again = form.get("again_after_days", "").strip()
    found: Document = {key: number(form.get(key, "")) or 0 for key in LIMITS}
    found["again_after_days"] = "never" if form.get("again") == "never" else (number(again) or 0)
    found["hours"] = {
        "from": number(form.get("hours_from", "")) or 0,
        "to": number(form.get("hours_to", "")),
        "business_days": form.get("business_days") == "on",
    }
    document["limits"] = found
    _put(document, "with_standing", form.get("with_standing") == "on" or None)
    _put(document, "lost_too", form.get("lost_too") == "on" or None)


def _holdout(document: Document, form: QueryDict, fields: Mapping[str, Field]) -> None:
    percent = number(form.get("percent", "")) or 0
    share = round(percent / 100, 6) if isinstance(percent, int | float) else percent
    found = {"share": share, "metric": form.get("metric", ""), "never": _condition(form, fields),
             "contractual": form.get("contractual") == "on"}  # fmt: skip
    _put(document, "holdout", {key: value for key, value in found.items() if value})


def _about(document: Document, form: QueryDict) -> None:
    document["name"] = words(form, "name")
    _put(document, "purpose", words(form, "purpose"))
    _put(document, "play", form.get("play", ""))
    expected = number(form.get("expected", ""))
    found = {"measure": form.get("measure", ""), "expected": expected, "review_on": form.get("review_on", ""),
             "words": words(form, "words")}  # fmt: skip
    _put(document, "hypothesis", {key: value for key, value in found.items() if value not in ("", None)})


def told(params: tuple[Param, ...], form: QueryDict, fields: Mapping[str, Field]) -> dict[str, Any]:
    """What the form says about these parameters; what does not fit stays as typed, for the reader to name."""
    found = {param.key: _told(param, form, fields) for param in params}
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def _told(param: Param, form: QueryDict, fields: Mapping[str, Field]) -> Any:
    match param.kind:
        case "words":
            return words(form, param.key)
        case "number":
            return number(form.get(param.key, ""))
        case "numbers":
            typed = form.get(param.key, "").replace("、", ",").split(",")
            return [number(one) for one in typed if one.strip()]
        case "several":
            return form.getlist(param.key)
        case "flag":
            return form.get(param.key) == "on" or None
        case "condition":
            return _condition(form, fields)
    return form.get(param.key, "").strip()


def words(form: QueryDict, key: str) -> Any:
    """A text in both languages; the one that is missing repeats the other."""
    en, ja = (form.get(f"{key}.{one}", "").replace("\r\n", "\n").strip() for one in ("en", "ja"))
    if en == ja or not en or not ja:
        return en or ja
    return {"en": en, "ja": ja}


def number(word: str) -> Any:
    """A number where it is one; else the word."""
    plain = word.strip().replace(",", "").replace("−", "-")
    if not plain:
        return None
    try:
        found = float(plain)
    except ValueError:
        return word.strip()
    return int(found) if found.is_integer() and abs(found) < 1e15 else found
