"""What commands and pages must be able to name before any table is known."""


class NotInstalled(RuntimeError):
    """This home has no organisation yet: run `nenrin init` first."""
