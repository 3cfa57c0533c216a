"""Factories of the lower floors. Tenant rows are made inside ``municipality_scope``."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from frontoffice.models import Consultation, ConsultationTopic
from municipalities.models import (
    Membership,
    Municipality,
    Office,
    OfficeHours,
    Province,
    Role,
    Settlement,
    User,
)
from municipalities.tenancy import municipality_scope
from services_registry.models import (
    Capacity,
    Fee,
    LifeSituation,
    Provider,
    ProviderMembership,
    Service,
    ServiceKind,
    ServiceSite,
    TargetGroup,
)

PASSWORD = "дълга парола за проба"


class TenantFactory(DjangoModelFactory):
    """Creates the row inside its municipality's scope, so that both fences let it through."""

    class Meta:
        abstract = True

    municipality = factory.SubFactory("tests.factories.MunicipalityFactory")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        with municipality_scope(kwargs["municipality"]):
            return super()._create(model_class, *args, **kwargs)

    @classmethod
    def _after_postgeneration(cls, instance, create, results=None):
        """Nothing to save again: links are their own rows."""


class ProvinceFactory(DjangoModelFactory):
    class Meta:
        model = Province
        django_get_or_create = ("code",)

    code = "SLV"
    name = "Сливен"
    name_en = "Sliven"
    nuts2 = "BG34"
    centre_ekatte = "67338"


class MunicipalityFactory(DjangoModelFactory):
    class Meta:
        model = Municipality
        django_get_or_create = ("slug",)

    code = factory.Sequence(lambda n: f"T{n:04d}"[-5:])
    name = factory.Sequence(lambda n: f"Пробна община {n}")
    name_en = factory.Sequence(lambda n: f"Test municipality {n}")
    slug = factory.Sequence(lambda n: f"probna-{n}")
    province = factory.SubFactory(ProvinceFactory)
    centre_ekatte = "67338"
    is_active = True


class SettlementFactory(DjangoModelFactory):
    class Meta:
        model = Settlement

    ekatte = factory.Sequence(lambda n: f"{n:05d}")
    kind = "гр."
    name = factory.Sequence(lambda n: f"Пробно {n}")
    name_en = factory.Sequence(lambda n: f"Probno {n}")
    municipality = factory.SubFactory(MunicipalityFactory)


class OfficeFactory(TenantFactory):
    class Meta:
        model = Office

    name = "Фронт-офис"
    slug = factory.Sequence(lambda n: f"ofis-{n}")
    settlement = factory.SubFactory(
        SettlementFactory, municipality=factory.SelfAttribute("..municipality")
    )
    address = "пл. „Свобода“ 1"
    phone = "044 000 100"


class OfficeHoursFactory(TenantFactory):
    class Meta:
        model = OfficeHours

    office = factory.SubFactory(OfficeFactory, municipality=factory.SelfAttribute("..municipality"))
    weekday = 1
    opens = "08:30"
    closes = "17:00"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"user{n}@example.bg")
    name = factory.Sequence(lambda n: f"Служител {n}")
    password = factory.PostGenerationMethodCall("set_password", PASSWORD)

    @classmethod
    def _after_postgeneration(cls, instance, create, results=None):
        if create:
            instance.save(update_fields=["password"])


class MembershipFactory(TenantFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(
        UserFactory,
        is_staff=factory.LazyAttribute(
            lambda o: o.factory_parent.role in {Role.HEAD, Role.PROJECT_MANAGER, Role.ADMINISTRATOR}
        ),
    )
    role = Role.SPECIALIST
    office = None


class ProviderFactory(TenantFactory):
    class Meta:
        model = Provider

    name = factory.Sequence(lambda n: f"Доставчик {n}")
    kind = Provider.Kind.MUNICIPALITY


class ProviderMembershipFactory(TenantFactory):
    class Meta:
        model = ProviderMembership

    user = factory.SubFactory(UserFactory)
    provider = factory.SubFactory(
        ProviderFactory, municipality=factory.SelfAttribute("..municipality")
    )


class ServiceKindFactory(DjangoModelFactory):
    class Meta:
        model = ServiceKind
        django_get_or_create = ("number",)

    number = 7
    code = factory.LazyAttribute(lambda o: f"kind-{o.number}")
    name = factory.LazyAttribute(lambda o: f"вид {o.number}")
    plain_name = factory.LazyAttribute(lambda o: f"вид {o.number}")


class TargetGroupFactory(DjangoModelFactory):
    class Meta:
        model = TargetGroup

    code = factory.Sequence(lambda n: f"group-{n}")
    name = factory.Sequence(lambda n: f"група {n}")
    plain_name = factory.Sequence(lambda n: f"група {n}")


class LifeSituationFactory(DjangoModelFactory):
    class Meta:
        model = LifeSituation

    slug = factory.Sequence(lambda n: f"situation-{n}")
    name = factory.Sequence(lambda n: f"Ситуация {n}")
    summary = "Какво има тук"


class ServiceFactory(TenantFactory):
    """A published service; pass kinds, target_groups or life_situations as lists."""

    class Meta:
        model = Service

    provider = factory.SubFactory(
        ProviderFactory, municipality=factory.SelfAttribute("..municipality")
    )
    name = factory.Sequence(lambda n: f"Услуга {n}")
    slug = factory.Sequence(lambda n: f"usluga-{n}")
    summary = "Помощ за хора, които имат нужда."
    scope = Service.Scope.SPECIALISED
    settings = factory.LazyFunction(lambda: ["specialised"])
    financing = Service.Financing.STATE
    status = Service.Status.PUBLISHED

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        links = {
            name: kwargs.pop(name, []) for name in ("kinds", "target_groups", "life_situations")
        }
        service = super()._create(model_class, *args, **kwargs)
        with municipality_scope(service.municipality):
            for name, rows in links.items():
                getattr(service, name).set(rows)
        return service


class OfServiceFactory(TenantFactory):
    class Meta:
        abstract = True

    service = factory.SubFactory(
        ServiceFactory, municipality=factory.SelfAttribute("..municipality")
    )


class ServiceSiteFactory(OfServiceFactory):
    class Meta:
        model = ServiceSite

    settlement = factory.SubFactory(
        SettlementFactory, municipality=factory.SelfAttribute("..municipality")
    )
    address = "ул. „Примерна“ 1"


class CapacityFactory(OfServiceFactory):
    class Meta:
        model = Capacity

    places = 30
    free = 4


class FeeFactory(OfServiceFactory):
    class Meta:
        model = Fee

    user_group = "всички"
    kind = Fee.Kind.FREE


class ConsultationTopicFactory(DjangoModelFactory):
    class Meta:
        model = ConsultationTopic

    code = factory.Sequence(lambda n: f"topic-{n}")
    name = factory.Sequence(lambda n: f"Тема {n}")
    short_name = factory.Sequence(lambda n: f"Тема {n}")
    order = factory.Sequence(lambda n: n)


class ConsultationFactory(TenantFactory):
    """A consultation; pass topics and services as lists."""

    class Meta:
        model = Consultation

    specialist = factory.SubFactory(UserFactory)
    channel = Consultation.Channel.PHONE
    subject = Consultation.Subject.SELF
    outcome = Consultation.Outcome.INFORMED

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        links = {name: kwargs.pop(name, []) for name in ("topics", "services")}
        consultation = super()._create(model_class, *args, **kwargs)
        with municipality_scope(consultation.municipality):
            for name, rows in links.items():
                getattr(consultation, name).set(rows)
        return consultation
