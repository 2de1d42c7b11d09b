"""Webhooks: other systems are told of what happens here. `webhooks.put` is the way in."""

from nenrin.foundation.webhooks.deliveries import put

__all__ = ["put"]
