"""People at our customers and our colleagues: kanji, kana, roman letters, mail, department and title."""

from dataclasses import dataclass

import numpy as np

from nenrin.simulator.names.words import ENGLISH, GIVEN_NAMES, SURNAMES, Word


@dataclass(frozen=True, slots=True)
class Person:
    """A person with a name in three scripts; `family` and `given` are as written on the business card."""

    family: str
    given: str
    kana: str
    roman: str
    email: str

    @property
    def full(self) -> str:
        """The name as it stands in a list: family name first in Japanese, given name first in English."""
        return f"{self.family} {self.given}" if self.kana else f"{self.given} {self.family}"


def invent(count: int, domain: str, rng: np.random.Generator, *, english: bool = False) -> list[Person]:
    """Return `count` people at `domain` with different mail addresses."""
    made = (_english if english else _japanese)(rng, count)
    seen: dict[str, int] = {}
    people = []
    for family, given, kana, roman in made:
        first, last = roman.split(" ", 1)
        local = f"{first}.{last}".lower().replace(" ", "-")
        seen[local] = seen.get(local, 0) + 1
        suffix = "" if seen[local] == 1 else str(seen[local])
        people.append(Person(family, given, kana, roman, f"{local}{suffix}@{domain}"))
    return people


def _japanese(rng: np.random.Generator, count: int) -> list[tuple[str, str, str, str]]:
    families = rng.integers(0, len(SURNAMES), count)
    givens = rng.integers(0, len(GIVEN_NAMES), count)
    return [_composed(SURNAMES[family], GIVEN_NAMES[given]) for family, given in zip(families, givens, strict=True)]


def _composed(family: Word, given: Word) -> tuple[str, str, str, str]:
    return family.written, given.written, f"{family.kana} {given.kana}", f"{given.roman} {family.roman}"


def _english(rng: np.random.Generator, count: int) -> list[tuple[str, str, str, str]]:
    given, family = rng.choice(ENGLISH["given_names"], count), rng.choice(ENGLISH["surnames"], count)
    return [(str(last), str(first), "", f"{first} {last}") for first, last in zip(given, family, strict=True)]
