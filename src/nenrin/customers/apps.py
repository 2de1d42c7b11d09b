from django.apps import AppConfig

from nenrin.customers import text  # noqa: F401  (registers the room's journal sentences)


class Customers(AppConfig):
    name = "nenrin.customers"
    label = "customers"
