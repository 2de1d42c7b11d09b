"""Traits: what sources say of users and groups, each the last by the event's own time, trusted sources first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: camelCase and snake_case are the same trait.
SAME: Final = {
    "firstName": "first_name", "lastName": "last_name", "createdAt": "created_at", "employeeCount": "employee_count",
}  # fmt: skip
LONGEST_NAME: Final = 100
MOST_TRAITS: Final = 200

#: value, event time (µs since 1970), told by a trusted source
Kept = list[Any]


def merged(
    kept: Mapping[str, Kept], told: Mapping[str, Any], *, at: int, trusted: bool, japanese: bool = True
) -> dict[str, Kept]:
    """The traits after one more event. An absent key keeps its value, null sets null.

    What a public key says never replaces what a secret key said; of equals the later event wins, whichever came first.

    >>> merged({"plan": ["pro", 5, True]}, {"plan": "free"}, at=9, trusted=False)
    {'plan': ['pro', 5, True]}
    """
    found = dict(kept)
    for name, value in _named(told, japanese).items():
        before = found.get(name)
        if before is None and len(found) >= MOST_TRAITS:
            continue
        if before is None or (trusted, at) >= (before[2], before[1]):
            found[name] = [value, at, trusted]
    return found


def value(kept: Mapping[str, Kept], name: str) -> Any:
    """The value of a trait; None where it was never told."""
    return kept[name][0] if name in kept else None


def email_domain(kept: Mapping[str, Kept]) -> str:
    """The domain of the e-mail address, lower case; empty without one."""
    address = value(kept, "email")
    if not isinstance(address, str) or address.count("@") != 1:
        return ""
    return address.rpartition("@")[2].strip().lower()[:253]


def _named(told: Mapping[str, Any], japanese: bool) -> dict[str, Any]:
    traits = {SAME.get(name, name)[:LONGEST_NAME]: value for name, value in told.items()}
    if "name" not in traits and ("first_name" in traits or "last_name" in traits):
        names = ("last_name", "first_name") if japanese else ("first_name", "last_name")
        parts = [traits[name] for name in names if isinstance(traits.get(name), str)]
        traits["name"] = " ".join(parts) or None
    return traits
