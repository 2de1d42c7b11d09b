"""The addresses of the area; fixed words stand before keys."""

from __future__ import annotations

from nenrin.web.playbooks import audience, builder, deeds, foreseen, pages, replayed, replays, runs, trying, versions

urlpatterns = [
    *pages.urlpatterns,
    *trying.urlpatterns,
    *deeds.urlpatterns,
    *versions.urlpatterns,
    *runs.urlpatterns,
    *replays.urlpatterns,
    *replayed.urlpatterns,
    *audience.urlpatterns,
    *foreseen.urlpatterns,
    *builder.urlpatterns,
]
