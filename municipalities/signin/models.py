"""Where a person is signed in now."""

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.utils.translation import gettext_lazy as _


class SignIn(models.Model):
    """A session as its owner sees it. It goes with the session, however that ends.

    The device is kept in words and the address shortened: enough to recognise oneself, too little
    to follow anybody.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins"
    )
    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="sign_in")
    device = models.CharField(_("устройство"), max_length=80)
    network = models.CharField(_("мрежа"), max_length=60, blank=True)
    started_at = models.DateTimeField(_("вход"))
    seen_at = models.DateTimeField(_("последно действие"))

    class Meta:
        ordering = ("-seen_at", "-pk")
        verbose_name = _("влизане")
        verbose_name_plural = _("влизания")

    def __str__(self) -> str:
        return f"{self.device}, {self.network}"
