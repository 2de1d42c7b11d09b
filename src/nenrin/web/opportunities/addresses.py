"""Every address of this area."""

from nenrin.web.opportunities import candidates, pages, panel, whitespace, writing

urlpatterns = [address for part in (pages, candidates, whitespace, writing, panel) for address in part.urlpatterns]
