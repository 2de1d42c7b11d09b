"""Every page of this area."""

from nenrin.web.journeys import board, designing, moving, stalling, suggesting, tab

AREAS = (board, moving, stalling, suggesting, designing, tab)
urlpatterns = [address for area in AREAS for address in area.urlpatterns]
