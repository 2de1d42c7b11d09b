"""Names behind a figure of many accounts: one question, however many there are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from nenrin.customers import accounts
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.web import drills
from tests.cast import THRIVING


@pytest.mark.django_db
def test_names_of_twenty_thousand_accounts_are_one_question(
    org: Organisation, at: datetime, django_assert_num_queries: Any
) -> None:
    made = accounts.open(THRIVING, by=SYSTEM, at=at)
    with django_assert_num_queries(1):
        assert drills.names_of(range(made.pk, made.pk + 20_000)) == {made.pk: THRIVING}
