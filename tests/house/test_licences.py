"""What an installation brings along may be used by anybody: no package of it is under the GPL."""

from __future__ import annotations

import re
from importlib import metadata

from packaging.requirements import Requirement

#: Says nothing of itself in its metadata; its project states the zlib licence.
SILENT = {"pysqlite3"}
#: Used as they are, under the *Lesser* GPL, and only with PostgreSQL.
LESSER = {"psycopg", "psycopg-binary", "psycopg-pool"}
EXTRAS = ("postgres",)


def installed(name: str, extras: tuple[str, ...] = (), found: dict[str, str] | None = None) -> dict[str, str]:
    """What running needs, from the package's own requirements down, with what each says of its licence."""
    found = {} if found is None else found
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in found and not extras:
        return found
    own = metadata.distribution(name)
    found[key] = licence(own)
    for line in own.requires or []:
        needed = Requirement(line)
        wanted = ("", *extras)
        if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in wanted):
            installed(needed.name, tuple(needed.extras), found)
    return found


def licence(own: metadata.Distribution) -> str:
    """The expression, or the classifiers, or the first line of the free text."""
    said = own.metadata
    kinds = [row.split(" :: ")[-1] for row in said.get_all("Classifier") or [] if row.startswith("License ::")]
    return said.get("License-Expression") or "; ".join(kinds) or (said.get("License") or "").split("\n")[0]


def is_copyleft(told: str) -> bool:
    return bool(re.search(r"\bA?GPL|Affero|GNU General Public", told))


def test_the_words_of_a_licence_are_told_apart() -> None:
    assert all(map(is_copyleft, ("GPL-3.0-or-later", "AGPL-3.0", "GNU General Public License v2 (GPLv2)")))
    assert not any(map(is_copyleft, ("MIT", "LGPL-3.0-only", "BSD License; Apache Software License")))


def test_no_package_that_runs_is_under_the_gpl() -> None:
    told = installed("nenrin", EXTRAS)
    assert len(told) > 40 and {"numpy", "django", "duckdb"} <= set(told)
    assert {name: says for name, says in told.items() if is_copyleft(says)} == {}
    assert {name for name, says in told.items() if "LGPL" in says or "Lesser" in says} == LESSER
    assert {name for name, says in told.items() if not says} <= SILENT
