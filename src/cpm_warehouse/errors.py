"""The errors that a user of the command sees."""


class CpmError(Exception):
    """What went wrong, where, and what to do about it, in one line; the command prints it and exits with 1."""


class RefusalError(CpmError):
    """Why a submission is refused, by a rule of the seed `validation_rules`."""

    def __init__(self, rule_id: str, reason: str) -> None:
        super().__init__(reason)
        self.rule_id = rule_id
