"""Every page, gathered from the areas: each area's module lists its own addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from nenrin.web import (
    account,
    assets,
    components_page,
    customer_pages,
    data_board,
    event_catalogue,
    health_models,
    home,
    imports,
    journal,
    measures,
    members,
    organisation,
    palette,
    preferences,
    profile,
    segments,
    sign_in,
    sources,
    timeline_entries,
    tokens,
)

AREAS = (
    *(assets, home, palette, customer_pages, account, timeline_entries, segments),
    *(imports, sources, data_board, event_catalogue, health_models, measures),
    *(members, journal, tokens, organisation, profile, components_page),
)

urlpatterns: list[URLPattern | URLResolver] = [
    *(address for area in AREAS for address in area.urlpatterns),
    path("sign-in/mfa/", include("allauth.mfa.urls")),
    path("sign-in/", include("allauth.account.urls")),
    path("invitations/<str:secret>", sign_in.invitation, name="invitation"),
    path("preferences", preferences.preferences, name="preferences"),
]
