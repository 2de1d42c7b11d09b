"""The product's addresses with the data pages among them, whatever the index of areas says."""

from django.urls import include, path

from nenrin.web.data import board, event_catalogue, exports, sources

urlpatterns = [
    *(address for area in (board, event_catalogue, exports, sources) for address in area.urlpatterns),
    path("", include("nenrin.urls")),
]
handler403 = "nenrin.web.errors.denied"
handler404 = "nenrin.web.errors.not_found"
