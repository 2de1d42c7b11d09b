"""The lists that names are made of, read once from the files beside this one."""

from pathlib import Path
from typing import NamedTuple

import yaml

from nenrin.values import Text

_HERE = Path(__file__).parent
_WORDS = yaml.safe_load((_HERE / "words.yaml").read_text(encoding="utf-8"))
_LISTS = yaml.safe_load((_HERE / "lists.yaml").read_text(encoding="utf-8"))


class Word(NamedTuple):
    """One word as written, in katakana, in roman letters."""

    written: str
    kana: str
    roman: str


class Industry(NamedTuple):
    """A trade; `share` of all accounts; `endings` of its companies' names."""

    name: Text
    share: float
    endings: tuple[Word, ...]


class Prefecture(NamedTuple):
    """One of the 47; `people` in ten thousands."""

    name: Text
    people: int
    region: Text


def _words(rows: list[list[str]]) -> tuple[Word, ...]:
    return tuple(Word(*row) for row in rows)


def _texts(rows: list[dict[str, str]]) -> tuple[Text, ...]:
    return tuple(Text(row["en"], row["ja"]) for row in rows)


STEMS = _words(_WORDS["stems"])
LOCAL_NAMES = _words(_WORDS["local_names"])
SURNAMES = _words(_WORDS["surnames"])
GIVEN_NAMES = _words(_WORDS["given_names"])
ENGLISH: dict[str, list[str]] = _WORDS["english"]
INDUSTRIES = {
    key: Industry(Text(row["en"], row["ja"]), float(row["share"]), _words(row["endings"]))
    for key, row in _LISTS["industries"].items()
}
PREFECTURES = tuple(
    Prefecture(Text(row["en"], row["ja"]), int(row["people"]), Text(row["region"]["en"], row["region"]["ja"]))
    for row in _LISTS["prefectures"]
)
DEPARTMENTS = _texts(_LISTS["departments"])
TITLES = {role: _texts(rows) for role, rows in _LISTS["titles"].items()}
