"""What every place that people come to has in common: how accessible it is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessiblePlace(models.Model):
    """Accessibility point by point: True is there, False is not, None nobody has said."""

    step_free_entrance = models.BooleanField(_("вход без стъпала"), null=True, blank=True)
    lift = models.BooleanField(_("асансьор"), null=True, blank=True)
    accessible_toilet = models.BooleanField(_("достъпна тоалетна"), null=True, blank=True)
    induction_loop = models.BooleanField(_("индукционен контур"), null=True, blank=True)
    sign_language = models.BooleanField(_("български жестов език"), null=True, blank=True)
    parking = models.BooleanField(_("паркомясто за хора с увреждания"), null=True, blank=True)
    public_transport = models.BooleanField(_("спирка наблизо"), null=True, blank=True)

    ACCESS_FIELDS = (
        "step_free_entrance",
        "lift",
        "accessible_toilet",
        "induction_loop",
        "sign_language",
        "parking",
        "public_transport",
    )

    class Meta:
        abstract = True

    def present(self) -> list[str]:
        """What of accessibility the place is known to have, in words."""
        return self._access(True)

    def absent(self) -> list[str]:
        """What of accessibility the place is known to lack, in words."""
        return self._access(False)

    def _access(self, value: bool) -> list[str]:
        return [
            str(self._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            for name in self.ACCESS_FIELDS
            if getattr(self, name) is value
        ]
