"""The addresses of the area; fixed words stand before keys."""

from __future__ import annotations

from nenrin.web.playbooks import builder, deeds, pages, runs, trying, versions

urlpatterns = [
    *pages.urlpatterns,
    *trying.urlpatterns,
    *deeds.urlpatterns,
    *versions.urlpatterns,
    *runs.urlpatterns,
    *builder.urlpatterns,
]
