"""Every page of this area."""

from nenrin.web.onboarding import (
    cohorts,
    deeds,
    listed,
    project,
    replanning,
    settings,
    starting,
    steps,
    tab,
    templating,
)

AREAS = (listed, starting, cohorts, settings, templating, project, deeds, steps, replanning, tab)
urlpatterns = [address for area in AREAS for address in area.urlpatterns]
