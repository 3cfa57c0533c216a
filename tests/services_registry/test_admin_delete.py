"""What the administrator reads before a service is deleted."""

import pytest

from municipalities.tenancy import municipality_scope
from tests.factories import LifeSituationFactory, ServiceFactory, ServiceKindFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/services_registry/service/"


@pytest.fixture
def service(sliven):
    found = ServiceFactory(municipality=sliven, name="Топъл обяд", status="draft")
    with municipality_scope(sliven):
        found.kinds.add(ServiceKindFactory())
        found.life_situations.add(LifeSituationFactory())
    return found


def test_deleting_one_names_it_and_no_link_table(administrator, service):
    page = administrator.get(f"{LIST}{service.pk}/delete/").content.decode()
    assert "Изтриване на „Топъл обяд“" in page
    assert "релаци" not in page
    assert "object (" not in page


def test_what_was_offered_to_citizens_is_closed_and_not_deleted(administrator, sliven):
    published = ServiceFactory(municipality=sliven)
    assert administrator.get(f"{LIST}{published.pk}/delete/").status_code == 403
    assert "delete_selected" not in administrator.get(LIST).content.decode()
