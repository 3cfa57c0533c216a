"""How allauth behaves here: e-mail sign-in, accounts made by an administrator."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Nobody registers by themselves."""

    def is_open_for_signup(self, request) -> bool:
        return False


def display_name(user) -> str:
    """Return how a user is called in mails and on pages."""
    return str(user)
