"""Every page, gathered from the areas: each area's module lists its own addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from nenrin.web import (
    account,
    assets,
    attribute_settings,
    components_page,
    customer_pages,
    data_board,
    event_catalogue,
    health_models,
    home,
    imports,
    journal,
    kpis,
    lifetimes,
    measures,
    members,
    organisation,
    own_sessions,
    palette,
    plan_settings,
    preferences,
    probes,
    product_settings,
    profile,
    revenue,
    revenue_cohorts,
    revenue_settings,
    roi,
    rule_settings,
    segments,
    sign_in,
    sources,
    tag_settings,
    teams,
    timeline_entries,
    tokens,
)

AREAS = (
    *(assets, home, palette, customer_pages, account, timeline_entries, segments),
    *(imports, sources, data_board, event_catalogue, health_models, measures),
    *(revenue, revenue_cohorts, revenue_settings, kpis),
    *(lifetimes, roi),
    *(product_settings, plan_settings, rule_settings, attribute_settings, tag_settings, teams),
    *(members, journal, tokens, organisation, profile, own_sessions, components_page, probes),
)

urlpatterns: list[URLPattern | URLResolver] = [
    *(address for area in AREAS for address in area.urlpatterns),
    *(path(f"sign-in/{way}/", sign_in.closed, name="closed") for way in ("signup", "email", "confirm-email")),
    path("sign-in/mfa/", include("allauth.mfa.urls")),
    path("sign-in/", include("allauth.account.urls")),
    path("invitations/<str:secret>", sign_in.invitation, name="invitation"),
    path("preferences", preferences.preferences, name="preferences"),
]
