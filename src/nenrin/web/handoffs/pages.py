"""Every page of this area."""

from nenrin.web.handoffs import deals, feedback, ledger, listed, panel, promises, reading, writing

AREAS = (listed, writing, reading, panel, ledger, promises, feedback, deals)
urlpatterns = [address for area in AREAS for address in area.urlpatterns]
