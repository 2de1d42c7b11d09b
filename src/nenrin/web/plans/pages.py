"""Every page of this area."""

from nenrin.web.plans import listed, page, parts, shared, writing

AREAS = (listed, writing, page, parts, shared)
urlpatterns = [address for area in AREAS for address in area.urlpatterns]
