"""A page whose figures of the risk model are missing says why, with the model's card; else it says nothing."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import gettext

from nenrin.foundation.models import Organisation
from nenrin.insight.models import RiskModelVersion
from nenrin.web.risk import quiet
from tests.insight.test_lifetime_own_risk import version

pytestmark = pytest.mark.django_db


def test_why_is_said_with_the_card_of_the_model(org: Organisation) -> None:
    none = quiet.of("churn")
    assert none and none.why == quiet.NOT_LEARNED and none.card == "/risk/models"
    made = version(state="ranking", card={"shows_probability": False, "events": 23})
    ranks = quiet.of("churn")
    assert ranks and "has 23 losses" in ranks.why.en and "23件" in ranks.why.ja
    assert ranks.card == f"/risk/models/{made.pk}"
    RiskModelVersion.objects.filter(pk=made.pk).update(state="trusted", card={"shows_probability": True})
    assert quiet.of("churn") is None


@pytest.mark.parametrize(("language", "words"), [("en", "only ranks"), ("ja", "順位だけを出しています")])
def test_the_tag_tells_it_in_either_language(org: Organisation, language: str, words: str) -> None:
    version(state="ranking", card={"shows_probability": False, "events": 23})
    with translation.override(language):
        said = Template("{% load risk %}{% risk_quiet %}").render(Context())
        card = gettext("The model's card")
    assert words in said and card in said and "/risk/models/" in said
    assert (card == "予測モデルの詳細") == (language == "ja")
