"""Every page of this area."""

from nenrin.web.handoffs import deals, feedback, fit, ledger, listed, panel, promises, reading, writing

AREAS = (listed, writing, reading, panel, ledger, promises, feedback, deals, fit)
urlpatterns = [address for area in AREAS for address in area.urlpatterns]
