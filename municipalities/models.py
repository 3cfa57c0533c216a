"""Territory, the municipality as tenant, its offices, and the people who work for it."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import AccessEvent, tracked  # noqa: F401  an app's models are here
from municipalities.hours import ExceptionalHours, KeepsHours, OpeningHours
from municipalities.models_numbers import NumberSeries  # noqa: F401  an app's models are here
from municipalities.norms.models import LegalNorm, WorkdayChange  # noqa: F401  as above
from municipalities.places import AccessiblePlace
from municipalities.signin.models import SignIn  # noqa: F401
from municipalities.tenancy import MunicipalModel

INVITATION_LASTS = dt.timedelta(days=7)
ekatte_validator = RegexValidator(r"^\d{5}$", _("ЕКАТТЕ е пет цифри."))


class Province(models.Model):
    """Област."""

    code = models.CharField(_("код"), max_length=3, unique=True)
    name = models.CharField(_("име"), max_length=60)
    name_en = models.CharField(_("име на латиница"), max_length=60)
    nuts2 = models.CharField(_("район по NUTS 2"), max_length=4)
    centre_ekatte = models.CharField(
        _("ЕКАТТЕ на центъра"), max_length=5, validators=[ekatte_validator]
    )

    class Meta:
        ordering = ("name",)
        verbose_name = _("област")
        verbose_name_plural = _("области")

    def __str__(self) -> str:
        return self.name


class MunicipalityQuerySet(models.QuerySet):
    def active(self):
        """Municipalities that use the portal."""
        return self.filter(is_active=True)


class Municipality(models.Model):
    """Община: tenant and data controller. All 265 are here; those using the portal are active."""

    code = models.CharField(_("код"), max_length=5, unique=True)
    name = models.CharField(_("име"), max_length=60)
    name_en = models.CharField(_("име на латиница"), max_length=60)
    slug = models.SlugField(_("адрес в портала"), max_length=70, unique=True)
    province = models.ForeignKey(
        Province, on_delete=models.PROTECT, related_name="municipalities", verbose_name=_("област")
    )
    centre_ekatte = models.CharField(
        _("ЕКАТТЕ на центъра"), max_length=5, validators=[ekatte_validator]
    )
    population_2013 = models.PositiveIntegerField(_("население (2013 г.)"), null=True, blank=True)
    is_active = models.BooleanField(_("ползва портала"), default=False)
    website = models.URLField(_("уебсайт"), blank=True)

    objects = MunicipalityQuerySet.as_manager()

    class Meta:
        ordering = ("name", "code")
        verbose_name = _("община")
        verbose_name_plural = _("общини")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("municipality", args=[self.slug])


class Settlement(models.Model):
    """Населено място by ЕКАТТЕ; coordinates in WGS 84 degrees."""

    ekatte = models.CharField("ЕКАТТЕ", max_length=5, unique=True, validators=[ekatte_validator])
    kind = models.CharField(_("вид"), max_length=5, blank=True)
    name = models.CharField(_("име"), max_length=80)
    name_en = models.CharField(_("име на латиница"), max_length=80, blank=True)
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="settlements", verbose_name=_("община")
    )
    postcode = models.CharField(_("пощенски код"), max_length=4, blank=True)
    longitude = models.DecimalField(
        _("дължина"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    latitude = models.DecimalField(
        _("ширина"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    population_2013 = models.PositiveIntegerField(_("население (2013 г.)"), null=True, blank=True)

    class Meta:
        ordering = ("name", "ekatte")
        verbose_name = _("населено място")
        verbose_name_plural = _("населени места")
        indexes = [models.Index(Lower("name"), name="settlement_name_lower")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class OfficeQuerySet(models.QuerySet):
    def for_public(self, municipalities):
        """Offices of ``municipalities`` with all that a page shows of them, in three queries."""
        return (
            self.filter(municipality__in=municipalities)
            .select_related("municipality", "settlement")
            .prefetch_related(
                models.Prefetch("hours", queryset=OfficeHours.public.order_by("weekday", "opens")),
                models.Prefetch("exceptions", queryset=OfficeException.upcoming()),
            )
        )


class PublicOfficeManager(models.Manager.from_queryset(OfficeQuerySet)):
    """Offices that citizens see, of any municipality."""

    def get_queryset(self):
        return super().get_queryset().filter(is_public=True)


class Office(MunicipalModel, AccessiblePlace, KeepsHours):
    """Фронт-офис or information centre where people are received (not a statutory term)."""

    name = models.CharField(_("име"), max_length=150)
    slug = models.SlugField(_("адрес в портала"), max_length=80)
    settlement = models.ForeignKey(
        Settlement, on_delete=models.PROTECT, related_name="+", verbose_name=_("населено място")
    )
    address = models.CharField(_("адрес"), max_length=200)
    phone = models.CharField(_("телефон"), max_length=40, blank=True)
    email = models.EmailField(_("е-поща"), blank=True)
    workplaces = models.PositiveSmallIntegerField(_("работни места"), null=True, blank=True)
    about = models.TextField(_("за офиса"), blank=True)
    is_public = models.BooleanField(_("показва се на гражданите"), default=True)

    objects = ScopedManager(municipality="municipality")

    public = PublicOfficeManager()

    class Meta:
        ordering = ("municipality_id", "name", "pk")
        verbose_name = _("фронт-офис")
        verbose_name_plural = _("фронт-офиси")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "slug"], name="office_slug_in_municipality"
            )
        ]

    def __str__(self) -> str:
        return self.name


class OfficeHours(MunicipalModel, OpeningHours):
    """Working hours of an office."""

    office = models.ForeignKey(
        Office, on_delete=models.CASCADE, related_name="hours", verbose_name=_("фронт-офис")
    )

    objects = ScopedManager(municipality="municipality")
    public = models.Manager()

    class Meta(OpeningHours.Meta):
        constraints = [
            models.UniqueConstraint(fields=["office", "weekday", "opens"], name="office_hours_once")
        ]


class OfficeException(MunicipalModel, ExceptionalHours):
    """Days on which an office is closed or keeps other hours than its week says."""

    office = models.ForeignKey(
        Office, on_delete=models.CASCADE, related_name="exceptions", verbose_name=_("фронт-офис")
    )

    objects = ScopedManager(municipality="municipality")
    public = models.Manager()

    class Meta(ExceptionalHours.Meta):
        pass

    @classmethod
    def upcoming(cls) -> models.QuerySet[OfficeException]:
        """Return the rows that count today or later, to be prefetched."""
        return cls.public.filter(cls.still_count())


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields) -> User:
        """Create a person who signs in with ``email``; without a password the account cannot."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> User:
        """Create a platform operator: manages municipalities, sees no personal data."""
        return self.create_user(email, password, is_operator=True, is_staff=True, **fields)

    def get_by_natural_key(self, email: str) -> User:
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """Somebody who signs in. What they may do comes from memberships, not from groups."""

    email = models.EmailField(_("е-поща"), unique=True)
    name = models.CharField(_("име"), max_length=120)
    is_active = models.BooleanField(_("активен"), default=True)
    is_staff = models.BooleanField(_("влиза в администрацията"), default=False)
    is_operator = models.BooleanField(_("оператор на платформата"), default=False)
    date_joined = models.DateTimeField(_("създаден на"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("потребител")
        verbose_name_plural = _("потребители")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email

    def has_perm(self, perm: str, obj=None) -> bool:
        """Deny: rights are predicates on the request (``municipalities.permissions``)."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """Deny, as ``has_perm``."""
        return False


class Role(models.TextChoices):
    SPECIALIST = "specialist", _("специалист")
    HEAD = "head", _("ръководител на фронт-офиса")
    PROJECT_MANAGER = "project_manager", _("ръководител на проект")
    ADMINISTRATOR = "administrator", _("администратор на общината")
    DATA_PROTECTION_OFFICER = "data_protection_officer", _("длъжностно лице по защита на данните")


class MembershipQuerySet(models.QuerySet):
    def current(self):
        """Roles that have not ended."""
        return self.filter(ended_at=None)


@tracked("MembershipHistory")
class Membership(MunicipalModel):
    """What a user does for a municipality. The scope of every request comes from here."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("потребител")
    )
    role = models.CharField(_("роля"), max_length=30, choices=Role.choices)
    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("офис"),
    )
    job_title = models.CharField(_("длъжност"), max_length=120, blank=True)
    # Roles end and are not deleted: who could do what, and until when, stays readable.
    ended_at = models.DateTimeField(_("прекратена на"), null=True, blank=True)

    objects = ScopedManager(
        municipality="municipality",
        _manager_class=models.Manager.from_queryset(MembershipQuerySet),
    )
    # Read at sign-in to find the scope, so it cannot need one; row security still allows a
    # connection only the memberships of the user it was told of.
    at_sign_in = models.Manager.from_queryset(MembershipQuerySet)()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("роля в общината")
        verbose_name_plural = _("роли в общината")
        constraints = [
            models.UniqueConstraint(fields=["user", "municipality", "role"], name="membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()}"


class InvitationQuerySet(models.QuerySet):
    def pending(self):
        """Neither accepted nor revoked; may have expired."""
        return self.filter(accepted_at=None, revoked_at=None)


def invitation_expiry():
    """Return the moment until which an invitation made now can be accepted."""
    return timezone.now() + INVITATION_LASTS


class Invitation(MunicipalModel):
    """Покана: how somebody gets an account or one role more. Nobody registers by themselves.

    What is accepted depends on ``kind`` (``municipalities.invitations.register_kind``): a role in
    the municipality, or work for the provider whose id is in ``target_id``. The link of the mail
    holds a token of which only the SHA-256 is kept here.
    """

    kind = models.SlugField(_("вид"), max_length=20, default="staff", editable=False)
    email = models.EmailField(_("е-поща"))
    name = models.CharField(_("име"), max_length=120)
    role = models.CharField(_("роля"), max_length=30, choices=Role.choices, blank=True)
    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("офис"),
    )
    job_title = models.CharField(_("длъжност"), max_length=120, blank=True)
    target_id = models.BigIntegerField(null=True, blank=True, editable=False)
    # Set when the mail is written; before that there is nothing to guess.
    token_hash = models.CharField(max_length=64, null=True, unique=True, editable=False)
    created_at = models.DateTimeField(_("създадена на"), auto_now_add=True)
    expires_at = models.DateTimeField(_("важи до"), default=invitation_expiry, editable=False)
    sent_at = models.DateTimeField(_("изпратена на"), null=True, editable=False)
    invited_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("поканен от"),
    )
    accepted_at = models.DateTimeField(_("приета на"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("отменена на"), null=True, editable=False)

    objects = ScopedManager(
        municipality="municipality",
        _manager_class=models.Manager.from_queryset(InvitationQuerySet),
    )
    # Whoever opens the link has no scope yet; row security shows a connection only the row whose
    # token's hash it was told (``municipalities.invitations.find_open``).
    by_token = models.Manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("покана")
        verbose_name_plural = _("покани")
        indexes = [models.Index(fields=["municipality", "kind", "-created_at"], name="invitations")]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def is_open(self) -> bool:
        """Say whether it can still be accepted."""
        return not (self.accepted_at or self.revoked_at) and self.expires_at > timezone.now()
