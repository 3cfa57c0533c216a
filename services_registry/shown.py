"""What a citizen is shown of a service: of what is recorded, that which is true today."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils import timezone

from services_registry.models import Fee, Service, ServiceSite, SiteException


@dataclass(frozen=True)
class Place:
    """A place with the days ahead on which it keeps other hours than its week says."""

    site: ServiceSite
    exceptions: list[SiteException]

    @property
    def access(self) -> list[tuple[str, bool]]:
        """(what, whether the place has it) of every point somebody has looked at."""
        points = [(words, True) for words in self.site.present()]
        return points + [(words, False) for words in self.site.absent()]


@dataclass(frozen=True)
class ForCitizens:
    """A service from ``Service.public.for_page()`` as it is shown on ``today``."""

    service: Service
    today: dt.date = field(default_factory=timezone.localdate)

    @property
    def fees(self) -> list[Fee]:
        """Fees in force today. An expired one is not shown: people would pay by it."""
        return [fee for fee in self._unexpired() if not self._begins_later(fee)]

    @property
    def coming_fees(self) -> list[Fee]:
        """Fees that come into force later, the soonest first."""
        later = [fee for fee in self._unexpired() if self._begins_later(fee)]
        return sorted(later, key=lambda fee: (fee.valid_from or self.today, fee.pk))

    @property
    def price_has_lapsed(self) -> bool:
        """Whether a price was recorded and none of it is in force today."""
        return bool(self.service.fees.all()) and not self.fees

    @property
    def has_licence(self) -> bool:
        """Whether the provider's licence is recorded and has not expired."""
        return bool(self.service.provider.licence_number) and not self.licence_has_expired

    @property
    def licence_has_expired(self) -> bool:
        """Whether the recorded licence was valid to a day that is past."""
        provider = self.service.provider
        valid_to = provider.licence_valid_to
        return bool(provider.licence_number and valid_to and valid_to < self.today)

    @property
    def opens_later(self) -> bool:
        """Whether the service is announced before it works."""
        opened_on = self.service.opened_on
        return bool(opened_on and opened_on > self.today)

    @property
    def places(self) -> list[Place]:
        """The sites with their coming exceptional days."""
        return [Place(site, site.coming_exceptions()) for site in self.service.sites.all()]

    def _unexpired(self) -> list[Fee]:
        return [
            fee
            for fee in self.service.fees.all()
            if fee.valid_to is None or fee.valid_to >= self.today
        ]

    def _begins_later(self, fee: Fee) -> bool:
        return fee.valid_from is not None and fee.valid_from > self.today
