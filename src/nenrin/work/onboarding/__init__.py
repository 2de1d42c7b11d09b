"""Onboarding: from the contract to the first value, step by step, with the customer.

`onboarding.start(account, template, starts_on=..., owner=..., by=..., at=...)` begins a project.
"""

from nenrin.work.onboarding.projects import start as start
