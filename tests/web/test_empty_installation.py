"""A real, empty installation: every page says what it is for and what to do first."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from tests.cast import member

#: List pages with where their first action leads.
LISTS = {
    "accounts": "/imports/new", "contacts": "/imports/new", "subscriptions": "/imports/new", "segments": "/segments/new",
    "imports": "/imports/new", "sources": "/sources/new", "data-board": "/sources", "event-catalogue": "/sources",
    "products": "/products/new", "tags": "/accounts", "attributes": "/attributes/new", "teams": "/members",
}  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", LISTS)
def test_an_empty_list_says_what_it_is_and_leads_to_the_first_step(
    client: Client, org: Organisation, name: str, language: str
) -> None:
    client.force_login(member(Role.ADMINISTRATOR, language=language))
    page = client.get(reverse(name)).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert 'class="empty"' in main and f'href="{LISTS[name]}' in main


def test_home_lists_the_first_steps_in_order_each_with_its_page(client: Client, org: Organisation) -> None:
    client.force_login(member(Role.ADMINISTRATOR))
    page = client.get(reverse("home")).content.decode()
    steps = ["/imports", "/sources", "/events", "/health-models", "/members"]
    main = page[page.index("<main") :]
    places = [main.index(f'href="{step}"') for step in steps]
    assert places == sorted(places) and 'aria-current="step"' in main


def test_who_may_not_set_it_up_is_told_that_somebody_does(client: Client, org: Organisation) -> None:
    client.force_login(member(Role.EXECUTIVE))
    assert "管理者が準備中" in client.get(reverse("home")).content.decode()
