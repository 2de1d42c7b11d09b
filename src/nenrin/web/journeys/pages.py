"""Every page of this area."""

from nenrin.web.journeys import board, designing, moving, stalling, tab

AREAS = (board, moving, stalling, designing, tab)
urlpatterns = [address for area in AREAS for address in area.urlpatterns]
