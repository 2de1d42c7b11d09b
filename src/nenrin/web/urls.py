"""Every page, gathered from the areas: each area's module lists its own addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from nenrin.web import account, assets, components_page, home, palette, preferences, sign_in

urlpatterns: list[URLPattern | URLResolver] = [
    *assets.urlpatterns,
    *home.urlpatterns,
    *account.urlpatterns,
    *palette.urlpatterns,
    *components_page.urlpatterns,
    path("sign-in/mfa/", include("allauth.mfa.urls")),
    path("sign-in/", include("allauth.account.urls")),
    path("invitations/<str:secret>", sign_in.invitation, name="invitation"),
    path("preferences", preferences.preferences, name="preferences"),
]
