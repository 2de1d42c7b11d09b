from django.apps import AppConfig


class Customers(AppConfig):
    name = "nenrin.customers"
    label = "customers"
