"""Health models as documents: YAML or a plain dictionary, read with every problem named by its place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

import yaml

from nenrin.analytics.scores.bands import Band, Bands
from nenrin.analytics.scores.curves import Better, Curve, CurveError
from nenrin.analytics.scores.models import ANY, Cap, Group, HardEvent, HealthModel, Limit, Measure, Op
from nenrin.values import Text

T = TypeVar("T")
#: How the measures begin that installations declare themselves.
ATTRIBUTE = "attribute:"
#: The longest key, and the largest number, that are kept.
LONGEST, LARGEST = 60, 1e15


class DocumentError(ValueError):
    """The document is not a health model; `problems` says where and what was expected, all at once."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def from_yaml(text: str) -> HealthModel:
    """Read a model. Raises DocumentError with line and column where it is not YAML, with places where it is no model."""
    try:
        found = yaml.safe_load(text)
    except yaml.MarkedYAMLError as problem:
        at = problem.problem_mark
        where = f"line {at.line + 1}, column {at.column + 1}: " if at else ""
        raise DocumentError([f"{where}{problem.problem or 'not YAML'}"]) from None
    except yaml.YAMLError as problem:
        raise DocumentError([str(problem)]) from None
    return from_dict(found)


def to_yaml(model: HealthModel) -> str:
    return yaml.dump(to_dict(model), Dumper=_Tidy, allow_unicode=True, sort_keys=False, width=110)


def from_dict(document: Any) -> HealthModel:
    """Read a model from plain values (as JSON or YAML give them)."""
    reader = _Reader()
    model = reader.model(document)
    if reader.problems or model is None:
        raise DocumentError(reader.problems or ["expected a mapping with key, name and groups"])
    return model


def to_dict(model: HealthModel) -> dict[str, Any]:
    """The document of a model; `from_dict(to_dict(model)) == model`."""
    return {
        "key": model.key,
        "name": _words(model.name),
        "position": model.position,
        **({"applies_to": dict(model.applies_to)} if model.applies_to is not None else {}),
        "bands": {
            "healthy": _figure(model.bands.healthy),
            "caution": _figure(model.bands.caution),
            "hysteresis": _figure(model.bands.hysteresis),
            "dwell_days": model.bands.dwell_days,
        },
        "half_life_days": _figure(model.half_life_days),
        "min_coverage": model.min_coverage,
        "grace_days": model.grace_days,
        "typical": {tier: _figure(score) for tier, score in model.typical.items()},
        "groups": [
            {"key": g.key, "name": _words(g.name), "measures": [_measure(m) for m in g.measures]} for g in model.groups
        ],
        "caps": [
            {"key": c.key, "name": _words(c.name), "when": _limit(c.when), "score": _figure(c.score)}
            for c in model.caps
        ],
        "hard_events": [_hard_event(event) for event in model.hard_events],
    }


def _figure(value: float) -> float:
    """Whole numbers without their point, as people write them."""
    return int(value) if value == int(value) else value


def _words(text: Text) -> dict[str, str]:
    return {"en": text.en, "ja": text.ja}


def _measure(measure: Measure) -> dict[str, Any]:
    curves = {tier: [list(map(_figure, a)) for a in curve.anchors] for tier, curve in measure.curves.items()}
    return {
        "measure": measure.key,
        "weight": _figure(measure.weight),
        **({"ttl_days": measure.ttl_days} if measure.ttl_days else {}),
        **({"age": measure.age} if measure.age else {}),
        "better": measure.curves[ANY].better.value,
        "curve": curves[ANY] if list(curves) == [ANY] else curves,
    }


def _limit(limit: Limit) -> dict[str, Any]:
    return {"measure": limit.measure, limit.op.value: _figure(limit.value)}


def _hard_event(event: HardEvent) -> dict[str, Any]:
    return {
        "key": event.key,
        "name": _words(event.name),
        "band": event.band.value,
        "days": event.days,
        **({"score": _figure(event.score)} if event.score is not None else {}),
        **({"when": _limit(event.when)} if event.when else {}),
    }


class _Tidy(yaml.SafeDumper):
    """Anchors and names on one line each."""


def _flat(dumper: yaml.SafeDumper, found: Any) -> yaml.Node:
    return dumper.represent_sequence(
        "tag:yaml.org,2002:seq", found, flow_style=all(isinstance(x, int | float) for x in found)
    )


_Tidy.add_representer(list, _flat)


class _Reader:
    """Reads on after a problem, so that one look shows them all."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def model(self, found: Any) -> HealthModel | None:
        known = ("key", "name", "position", "applies_to", "bands", "half_life_days", "min_coverage", "grace_days",
                 "typical", "groups", "caps", "hard_events")  # fmt: skip
        if not self.mapping("", found, known, needed=("key", "name", "groups")):
            return None
        model = HealthModel(
            key=self.name("key", found.get("key")),
            name=self.text("name", found.get("name")),
            groups=tuple(self.each("groups", found.get("groups"), self.group)),
            typical=self.typical(found.get("typical", {ANY: 60.0})),
            bands=self.bands(found.get("bands", {})),
            half_life_days=self.number("half_life_days", found.get("half_life_days", 14), 0, 365),
            min_coverage=self.number("min_coverage", found.get("min_coverage", 0.5), 0, 1),
            grace_days=self.days("grace_days", found.get("grace_days", 0)),
            caps=tuple(self.each("caps", found.get("caps", []), self.cap)),
            hard_events=tuple(self.each("hard_events", found.get("hard_events", []), self.hard_event)),
            position=self.days("position", found.get("position", 100)),
            applies_to=found.get("applies_to"),
        )
        if found.get("applies_to") is not None and not isinstance(found["applies_to"], Mapping):
            self.wrong("applies_to", found["applies_to"], "a condition")
        self.whole(model)
        return model

    def whole(self, model: HealthModel) -> None:
        self.once("groups: measure", [measure.key for measure in model.measures])
        self.once("groups: key", [group.key for group in model.groups])
        self.once("caps: key", [cap.key for cap in model.caps])
        self.once("hard_events: key", [event.key for event in model.hard_events])
        if not model.measures and not self.problems:
            self.wrong("groups", None, "one or more groups with one or more measures")

    def group(self, at: str, found: Any) -> Group | None:
        if not self.mapping(at, found, ("key", "name", "measures"), needed=("key", "name", "measures")):
            return None
        measures = tuple(self.each(f"{at}.measures", found.get("measures"), self.measure))
        return Group(self.name(f"{at}.key", found.get("key")), self.text(f"{at}.name", found.get("name")), measures)

    def measure(self, at: str, found: Any) -> Measure | None:
        known = ("measure", "weight", "ttl_days", "age", "better", "curve")
        if not self.mapping(at, found, known, needed=("measure", "weight", "curve")):
            return None
        weight = self.number(f"{at}.weight", found.get("weight"), 0, 1_000_000)
        if weight == 0:
            self.wrong(f"{at}.weight", 0, "more than 0 (take the measure out instead)")
        ttl = self.days(f"{at}.ttl_days", found["ttl_days"]) if "ttl_days" in found else None
        age = self.measured(f"{at}.age", found["age"]) if "age" in found else None
        if ttl and not age:
            self.wrong(f"{at}.age", None, "the measure that holds the value's age in days, as ttl_days is given")
        better = self.one_of(f"{at}.better", found.get("better", "higher"), Better, Better.HIGHER)
        return Measure(
            self.measured(f"{at}.measure", found.get("measure")),
            weight,
            self.curves(at, found.get("curve"), better),
            ttl,
            age,
        )

    def curves(self, at: str, found: Any, better: Better) -> dict[str, Curve]:
        if isinstance(found, list):
            found = {ANY: found}
        if not isinstance(found, Mapping) or ANY not in found:
            self.wrong(
                f"{at}.curve",
                found,
                f"anchors [[value, points], ...], or anchors by tier with {ANY!r} among them",
            )
            return {}
        read = {str(tier): self.curve(f"{at}.curve.{tier}", anchors, better) for tier, anchors in found.items()}
        return {tier: curve for tier, curve in read.items() if curve}

    def curve(self, at: str, anchors: Any, better: Better) -> Curve | None:
        if not isinstance(anchors, list) or not all(isinstance(a, list | tuple) and len(a) == 2 for a in anchors):
            self.wrong(at, anchors, "anchors [[value, points], ...]")
            return None
        before = len(self.problems)
        pairs = tuple(
            (self.number(f"{at}[{n}][0]", a[0]), self.number(f"{at}[{n}][1]", a[1], 0, 100))
            for n, a in enumerate(anchors)
        )
        if len(self.problems) > before:
            return None
        try:
            return Curve(pairs, better)
        except CurveError as problem:
            self.problems.append(f"{at}: {problem}")
            return None

    def bands(self, found: Any) -> Bands:
        if not self.mapping("bands", found, ("healthy", "caution", "hysteresis", "dwell_days")):
            return Bands()
        read = Bands(
            self.number("bands.healthy", found.get("healthy", 70), 0, 100),
            self.number("bands.caution", found.get("caution", 40), 0, 100),
            self.number("bands.hysteresis", found.get("hysteresis", 5), 0, 50),
            self.days("bands.dwell_days", found.get("dwell_days", 7)),
        )
        if read.caution >= read.healthy:
            self.wrong("bands.caution", read.caution, f"less than bands.healthy ({read.healthy:g})")
        return read

    def typical(self, found: Any) -> dict[str, float]:
        if not isinstance(found, Mapping) or ANY not in found:
            self.wrong("typical", found, f"a score by tier, with {ANY!r} among them")
            return {ANY: 60.0}
        return {str(tier): self.number(f"typical.{tier}", score, 0, 100) for tier, score in found.items()}

    def cap(self, at: str, found: Any) -> Cap | None:
        if not self.mapping(at, found, ("key", "name", "when", "score"), needed=("key", "name", "when", "score")):
            return None
        when = self.limit(f"{at}.when", found.get("when"))
        score = self.number(f"{at}.score", found.get("score"), 0, 100)
        name = self.text(f"{at}.name", found.get("name"))
        return Cap(self.name(f"{at}.key", found.get("key")), name, when, score) if when else None

    def hard_event(self, at: str, found: Any) -> HardEvent | None:
        known = ("key", "name", "band", "days", "score", "when")
        if not self.mapping(at, found, known, needed=("key", "name", "band", "days")):
            return None
        band = self.one_of(f"{at}.band", found.get("band"), Band, Band.AT_RISK)
        if band is Band.UNKNOWN:
            self.wrong(f"{at}.band", "unknown", "at_risk, caution or healthy")
        return HardEvent(
            self.name(f"{at}.key", found.get("key")),
            self.text(f"{at}.name", found.get("name")),
            band,
            self.days(f"{at}.days", found.get("days")),
            self.number(f"{at}.score", found["score"], 0, 100) if found.get("score") is not None else None,
            self.limit(f"{at}.when", found["when"]) if found.get("when") is not None else None,
        )

    def limit(self, at: str, found: Any) -> Limit | None:
        if not self.mapping(at, found, ("measure", *Op), needed=("measure",)):
            return None
        ops = [op for op in Op if op in found]
        if len(ops) != 1:
            self.wrong(at, found, f"a measure and one of {', '.join(Op)}")
            return None
        return Limit(
            self.measured(f"{at}.measure", found.get("measure")),
            ops[0],
            self.number(f"{at}.{ops[0]}", found[ops[0]]),
        )

    def each(self, at: str, found: Any, read: Callable[[str, Any], T | None]) -> Iterator[T]:
        if not isinstance(found, list):
            self.wrong(at, found, "a list")
            return
        for number, item in enumerate(found):
            if (one := read(f"{at}[{number}]", item)) is not None:
                yield one

    def mapping(self, at: str, found: Any, known: tuple[str, ...], needed: tuple[str, ...] = ()) -> bool:
        if not isinstance(found, Mapping):
            self.wrong(at or "document", found, f"a mapping with {', '.join(needed or known)}")
            return False
        for key in found:
            if key not in known:
                near = get_close_matches(str(key), known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
                self.problems.append(f"{_join(at, key)}: not a part of a health model; {hint}")
        for key in needed:
            if key not in found:
                self.problems.append(f"{_join(at, key)}: missing")
        return True

    def number(self, at: str, found: Any, low: float = -math.inf, high: float = math.inf) -> float:
        if (
            isinstance(found, bool)
            or not isinstance(found, int | float)
            or not max(low, -LARGEST) <= found <= min(high, LARGEST)
        ):
            span = f" from {low:g} to {high:g}" if high < math.inf else ""
            self.wrong(at, found, f"a number{span}")
            return 0.0
        return float(found)

    def days(self, at: str, found: Any) -> int:
        if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= 36_500:
            self.wrong(at, found, "a whole number, 0 or more")
            return 0
        return found

    def name(self, at: str, found: Any) -> str:
        if found is None:
            return ""
        if not isinstance(found, str) or not found.isidentifier() or not found.isascii() or len(found) > LONGEST:
            self.wrong(at, found, f"a name of letters, digits and underscores, {LONGEST} at most")
            return ""
        return found

    def measured(self, at: str, found: Any) -> str:
        """A measure's key: a name, or `attribute:` and the key of an attribute."""
        is_own = isinstance(found, str) and found.startswith(ATTRIBUTE)
        return ATTRIBUTE + self.name(at, found.removeprefix(ATTRIBUTE)) if is_own else self.name(at, found)

    def text(self, at: str, found: Any) -> Text:
        if isinstance(found, str) and found:
            return Text(found, found)
        if isinstance(found, Mapping) and found.get("en") and found.get("ja") and len(found) == 2:
            return Text(str(found["en"]), str(found["ja"]))
        if found is not None:
            self.wrong(at, found, "a text, or {en: ..., ja: ...}")
        return Text("", "")

    def one_of(self, at: str, found: Any, kinds: type[T], otherwise: T) -> T:
        try:
            return kinds(found)  # type: ignore[call-arg]  # enums are looked up by calling them
        except ValueError:
            self.wrong(at, found, " or ".join(str(kind) for kind in kinds))  # type: ignore[attr-defined]  # an enum's members
            return otherwise

    def once(self, what: str, keys: list[str]) -> None:
        for key in dict.fromkeys(keys):
            if keys.count(key) > 1:
                self.problems.append(f"{what} {key!r}: {keys.count(key)} times; each may stand once")

    def wrong(self, at: str, found: Any, expected: str) -> None:
        self.problems.append(f"{at}: {_short(found)} found, expected {expected}")


def _join(at: str, key: Any) -> str:
    return f"{at}.{key}" if at else str(key)


def _short(found: Any) -> str:
    text = "nothing" if found is None else repr(found) if not isinstance(found, str) else f"“{found}”"
    return text if len(text) <= 60 else text[:57] + "..."
