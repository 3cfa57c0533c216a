"""People of the suite, signed in as themselves."""

from __future__ import annotations

from municipalities.models import Membership, Municipality, Role, User
from municipalities.tenancy import municipality_scope
from tests import factories
from tests.support.html import StrictClient

SLIVEN = {"slug": "sliven", "name": "Сливен", "name_en": "Sliven", "code": "SLV20"}
ELENA = {"slug": "elena", "name": "Елена", "name_en": "Elena", "code": "VTR13"}


def municipality(facts: dict[str, str]) -> Municipality:
    """Return the municipality, made if it is not there; it uses the portal."""
    return factories.MunicipalityFactory(**facts)


def signed_in(user: User, membership: Membership | None = None) -> StrictClient:
    """Return a client in which ``user`` is signed in."""
    client = StrictClient()
    client.force_login(user)
    client.user, client.membership = user, membership
    return client


def member(of: Municipality, role: Role, **facts) -> StrictClient:
    """Return a client signed in as somebody new with ``role`` in the municipality."""
    membership = factories.MembershipFactory(municipality=of, role=role, **facts)
    return signed_in(membership.user, membership)


def person_of_provider(of: Municipality) -> StrictClient:
    """Return a client signed in as somebody of a new provider."""
    membership = factories.ProviderMembershipFactory(municipality=of)
    client = signed_in(membership.user)
    client.provider = membership.provider
    return client


def platform_operator() -> StrictClient:
    """Return a client signed in as the operator of the platform."""
    return signed_in(factories.UserFactory(is_operator=True, is_staff=True))


def demo_client(email: str) -> StrictClient:
    """Return a client signed in as a person of the demo, by e-mail."""
    return signed_in(User.objects.get(email=email))


def rows_of(owner: Municipality, model):
    """Return the model's rows of one municipality, as a list."""
    with municipality_scope(owner):
        return list(model.objects.all())
