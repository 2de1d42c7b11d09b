"""The product's addresses with this area's pages, wherever the map of all areas stands."""

from nenrin.web import health_models, measures, segments
from nenrin.web.urls import urlpatterns as everything

urlpatterns = [*everything, *health_models.urlpatterns, *segments.urlpatterns, *measures.urlpatterns]
