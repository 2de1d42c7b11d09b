"""One's own settings."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from nenrin.foundation.models import Organisation
from tests import cast


def test_name_and_zone_are_ones_own_to_change(client: Client, org: Organisation) -> None:
    me = cast.member()
    client.force_login(me)
    client.post(reverse("profile"), {"name": "佐藤 みさき", "zone": "Europe/Berlin"})
    me.refresh_from_db()
    assert (me.name, me.zone) == ("佐藤 みさき", "Europe/Berlin")


def test_an_unknown_zone_is_refused_beside_its_field(client: Client, org: Organisation) -> None:
    client.force_login(cast.member())
    page = client.post(reverse("profile"), {"name": "x", "zone": "Mars/Base"}).content.decode()
    assert 'id="id_zone_error"' in page


def test_theme_density_and_language_change_without_a_script(client: Client, org: Organisation) -> None:
    client.force_login(cast.member())
    home = reverse("profile")
    for name, value in (("theme", "dark"), ("density", "compact"), ("language", "en"), ("single_keys", "off")):
        client.post(reverse("preferences"), {name: value, "next": home})
    page = client.get(home).content.decode()
    assert 'lang="en" data-theme="dark" data-density="compact"' in page
    assert 'data-shortcuts="off"' in page
