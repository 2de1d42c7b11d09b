from __future__ import annotations

import string

import pytest

from nenrin.foundation.actions import Action, actions


@pytest.mark.parametrize("action", list(actions().values()), ids=lambda a: a.code)
def test_every_action_speaks_both_languages_with_the_same_particulars(action: Action) -> None:
    en, ja = (_fields(text) for text in (action.sentence.en, action.sentence.ja))
    assert action.sentence.en.strip() and action.sentence.ja.strip()
    assert en == ja


def _fields(sentence: str) -> set[str]:
    """Words that are told in both languages come as a pair: {band_en} in one sentence, {band_ja} in the other."""
    found = (field for _, field, _, _ in string.Formatter().parse(sentence) if field)
    return {field.removesuffix("_en").removesuffix("_ja") for field in found}
