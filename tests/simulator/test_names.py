"""Invented companies and people are well formed, different from each other, and exist nowhere."""

import unicodedata

import pytest

from nenrin.simulator.names import companies, corporate_numbers, people
from nenrin.simulator.names.words import INDUSTRIES, LOCAL_NAMES, PREFECTURES
from nenrin.simulator.streams import stream

KEYS = list(INDUSTRIES)


def _many(count: int) -> list[companies.Company]:
    picks = stream(1, "industry").integers(0, len(KEYS), count)
    return companies.invent(
        [KEYS[pick] for pick in picks], stream(1, "companies"), english=frozenset(range(0, 200, 25))
    )


def test_fifty_thousand_companies_have_as_many_names_addresses_and_numbers() -> None:
    made = _many(50_000)
    assert len({company.name for company in made}) == 50_000
    assert len({company.domain for company in made}) == 50_000
    numbers = [company.corporate_number for company in made if company.corporate_number]
    assert len(set(numbers)) == len(numbers) == 50_000 - 8


def test_every_corporate_number_checks_out_and_belongs_to_no_registry_office() -> None:
    for company in _many(500):
        if company.corporate_number:
            assert corporate_numbers.is_valid(company.corporate_number)
            assert company.corporate_number[1:5] == "9900"


def test_one_wrong_digit_is_noticed() -> None:
    number = corporate_numbers.numbered(4_711)
    assert not corporate_numbers.is_valid(number[:-1] + str((int(number[-1]) + 1) % 9))
    assert not corporate_numbers.is_valid("123")


def test_every_japanese_name_has_its_legal_form_and_reading_and_a_domain_that_cannot_exist() -> None:
    for company in _many(2_000):
        assert company.domain.endswith(".example")
        assert company.domain.isascii()
        assert " " not in company.domain
        if company.kana:
            assert any(form in company.name for form in companies.ABBREVIATIONS)
            assert all("KATAKANA" in unicodedata.name(letter) for letter in company.kana)


def test_a_hurried_colleague_writes_the_form_in_one_sign() -> None:
    company = next(company for company in _many(50) if "株式会社" in company.name)
    written = {company.abbreviated(stream(seed, "typist")) for seed in range(30)}
    assert all("株式会社" not in name for name in written)
    assert any("㈱" in name for name in written)


def test_people_have_three_scripts_and_mail_of_their_own() -> None:
    staff = people.invent(300, "asaka.example", stream(1, "people"))
    assert len({person.email for person in staff}) == 300
    for person in staff:
        assert person.full == f"{person.family} {person.given}"
        assert all("KATAKANA" in unicodedata.name(letter) for letter in person.kana.replace(" ", ""))
        assert person.roman.isascii()
        assert person.email.isascii()


def test_people_of_an_english_speaking_company_have_english_names() -> None:
    (person,) = people.invent(1, "calder.example", stream(1, "people"), english=True)
    assert person.full == person.roman
    assert person.kana == ""


def test_there_are_47_prefectures_with_different_names() -> None:
    assert len({prefecture.name.ja for prefecture in PREFECTURES}) == 47
    assert sum(prefecture.people for prefecture in PREFECTURES) == pytest.approx(12_615, abs=60)
    assert len({place[2] for place in LOCAL_NAMES}) == len(LOCAL_NAMES)
