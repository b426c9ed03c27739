"""The one error that a user of the command sees."""


class CpmError(Exception):
    """What went wrong, where, and what to do about it, in one line; the command prints it and exits with 1."""
