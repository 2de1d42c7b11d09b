"""Every address of this area."""

from nenrin.web.opportunities import board, candidates, pages, panel, whitespace, writing

urlpatterns = [
    address for part in (pages, board, candidates, whitespace, writing, panel) for address in part.urlpatterns
]
