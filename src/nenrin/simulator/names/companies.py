"""Companies: a name in the forms it is met in, a reading, an address on the net, a corporate number."""

from dataclasses import dataclass

import numpy as np

from nenrin.simulator.names import corporate_numbers
from nenrin.simulator.names.words import ENGLISH, INDUSTRIES, LOCAL_NAMES, STEMS, Word

FORMS = (
    ("株式会社", "before", 0.52),
    ("株式会社", "after", 0.36),
    ("有限会社", "before", 0.08),
    ("合同会社", "before", 0.04),
)
ABBREVIATIONS = {
    "株式会社": ("㈱", "(株)", "（株）"),
    "有限会社": ("㈲", "(有)", "（有）"),
    "合同会社": ("(同)", "（同）"),
}


@dataclass(frozen=True, slots=True)
class Company:
    """One invented company. `name` is the registered name; `kana` reads it without the legal form."""

    name: str
    kana: str
    roman: str
    domain: str
    corporate_number: str

    def abbreviated(self, rng: np.random.Generator) -> str:
        """Return the name as a hurried colleague types it: ㈱ for 株式会社, at times with a stray space."""
        for form, short in ABBREVIATIONS.items():
            if form in self.name:
                mark = str(rng.choice(short))
                return self.name.replace(form, mark + " " if rng.random() < 0.3 else mark).strip()
        return self.name


class TooFewNamesError(ValueError):
    """More companies were asked for than there are different names; ask for fewer in one industry."""


def invent(industries: list[str], rng: np.random.Generator, *, english: frozenset[int] = frozenset()) -> list[Company]:
    """Return one company for each industry key, all names and addresses different.

    `english` holds the positions that get an English name. The n-th company takes the n-th combination of its
    industry, in an order that `rng` shuffles, so a longer list begins with the shorter one's names.
    """
    orders = {key: rng.permutation(_combinations(key)) for key in INDUSTRIES}
    englishes = rng.permutation(len(ENGLISH["stems"]) * len(ENGLISH["forms"]))
    forms = rng.random(len(industries))
    used = dict.fromkeys(INDUSTRIES, 0)
    companies = []
    for serial, (industry, form) in enumerate(zip(industries, forms, strict=True)):
        turn, used[industry] = used[industry], used[industry] + 1
        if serial in english:
            companies.append(_english(industry, int(englishes[turn % len(englishes)]), serial))
        else:
            companies.append(_japanese(industry, _pick(orders[industry], turn), float(form), serial))
    return companies


def _combinations(industry: str) -> int:
    return len(STEMS) * len(INDUSTRIES[industry].endings)


def _pick(order: np.ndarray, turn: int) -> tuple[int, int]:
    """Return (combination, how often all of them were used up)."""
    lap, place = divmod(turn, len(order))
    if lap > len(LOCAL_NAMES) * len(LOCAL_NAMES):
        raise TooFewNamesError(f"only {len(order)} names an industry and {len(LOCAL_NAMES)} places to put before them")
    return int(order[place]), lap


def _japanese(industry: str, picked: tuple[int, int], form_at: float, serial: int) -> Company:
    combination, lap = picked
    endings = INDUSTRIES[industry].endings
    words = [*_places(lap), STEMS[combination // len(endings)], endings[combination % len(endings)]]
    return Company(
        name=_with_form("".join(word.written for word in words), form_at),
        kana="".join(word.kana for word in words),
        roman=" ".join(word.roman.replace("-", " ") for word in words),
        domain="-".join(word.roman.lower() for word in words) + ".example",
        corporate_number=corporate_numbers.numbered(serial),
    )


def _places(lap: int) -> list[Word]:
    """Return what stands before the stem once the plain names are used up: nothing, one place, then two."""
    count, places = len(LOCAL_NAMES), []
    while lap:
        lap, place = divmod(lap - 1, count)
        places.append(LOCAL_NAMES[place])
    return places


def _with_form(core: str, at: float) -> str:
    for form, side, share in FORMS:
        if at < share:
            return form + core if side == "before" else core + form
        at -= share
    return core + "株式会社"


def _english(industry: str, combination: int, serial: int) -> Company:
    stems, endings = ENGLISH["stems"], INDUSTRIES[industry].endings
    stem, form = stems[combination % len(stems)], ENGLISH["forms"][combination // len(stems)]
    field = endings[combination % len(endings)].roman.replace("-", " ")
    return Company(
        name=f"{stem} {field} {form}",
        kana="",
        roman=f"{stem} {field}",
        domain=f"{stem} {field} {form.split('.')[0]}.example".lower().replace(" ", "-"),
        corporate_number="",
    )
