"""Every page of this area."""

from nenrin.web.plans import lacking, listed, page, parts, shared, writing

AREAS = (listed, lacking, writing, page, parts, shared)
urlpatterns = [address for area in AREAS for address in area.urlpatterns]
