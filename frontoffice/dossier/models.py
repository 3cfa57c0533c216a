"""Notes about a person, their relatives and representatives, two records made one."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.models import User
from municipalities.tenancy import MunicipalModel


class OfPerson(MunicipalModel):
    """Base of rows about one person."""

    person = models.ForeignKey(
        "frontoffice.Person",
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("лице"),
    )

    class Meta:
        abstract = True


@tracked("PersonNoteHistory")
class PersonNote(OfPerson):
    """A note about a person that not everybody has to read."""

    class Visibility(models.TextChoices):
        TEAM = "team", _("Екипът")
        HEAD = "head", _("Аз и ръководителят")
        OWN = "own", _("Само аз")

    author = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("от кого")
    )
    text = models.TextField(_("бележка"), max_length=4000)
    visibility = models.CharField(
        _("кой я чете"), max_length=8, choices=Visibility.choices, default=Visibility.TEAM
    )
    is_pinned = models.BooleanField(_("стои най-горе"), default=False)
    removed_at = models.DateTimeField(_("махната на"), null=True, blank=True)
    form_key = models.UUIDField(editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("записана на"), auto_now_add=True)
    updated_at = models.DateTimeField(_("променена на"), auto_now=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-is_pinned", "-created_at", "-pk")
        verbose_name = _("бележка за лице")
        verbose_name_plural = _("бележки за лица")
        indexes = [models.Index(fields=["person", "-created_at"], name="person_note_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "form_key"], name="person_note_form_once"
            )
        ]

    def __str__(self) -> str:
        return f"{_('бележка')} № {self.pk}"


@tracked("PersonRelationHistory")
class PersonRelation(OfPerson):
    """Somebody close to a person, or who acts for them: a person on record or only a name."""

    class Kind(models.TextChoices):
        PARENT = "parent", _("родител")
        CHILD = "child", _("дете")
        SPOUSE = "spouse", _("съпруг(а) или партньор")
        SIBLING = "sibling", _("брат или сестра")
        GRANDCHILD = "grandchild", _("внук или внучка")
        RELATIVE = "relative", _("друг роднина")
        GUARDIAN = "guardian", _("настойник")
        CURATOR = "curator", _("попечител")
        AUTHORISED = "authorised", _("пълномощник")
        CARER = "carer", _("грижи се за лицето")
        NEIGHBOUR = "neighbour", _("съсед или познат")
        OTHER = "other", _("друго")

    # Read as: „other“ is the „kind“ of „person“.
    kind = models.CharField(_("какъв е на лицето"), max_length=12, choices=Kind.choices)
    other = models.ForeignKey(
        "frontoffice.Person",
        on_delete=models.PROTECT,
        related_name="related_to",
        null=True,
        blank=True,
        verbose_name=_("записано лице"),
    )
    name = models.CharField(_("име"), max_length=200, blank=True)
    phones = models.CharField(_("телефони"), max_length=200, blank=True)
    email = models.EmailField(_("е-поща"), blank=True)
    is_representative = models.BooleanField(_("представлява лицето"), default=False)
    basis = models.CharField(
        _("на какво основание"),
        max_length=300,
        blank=True,
        help_text=_("Пълномощно, съдебно решение, акт за раждане: номер и дата."),
    )
    valid_until = models.DateField(_("валидно до"), null=True, blank=True)
    note = models.CharField(_("бележка"), max_length=300, blank=True)
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("записано от")
    )
    created_at = models.DateTimeField(_("записано на"), auto_now_add=True)
    ended_at = models.DateTimeField(_("прекратено на"), null=True, blank=True)
    form_key = models.UUIDField(editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-is_representative", "pk")
        verbose_name = _("близък или представител")
        verbose_name_plural = _("близки и представители")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "form_key"], name="person_relation_form_once"
            ),
            models.CheckConstraint(
                name="person_relation_with_somebody",
                condition=Q(other__isnull=False) | ~Q(name=""),
            ),
            models.CheckConstraint(
                name="person_relation_with_another",
                condition=Q(other__isnull=True) | ~Q(other=F("person")),
            ),
        ]

    def __str__(self) -> str:
        return f"{_('връзка')} № {self.pk}"


@tracked("PersonMergeHistory")
class PersonMerge(MunicipalModel):
    """Two records of one person made one; everything that was moved is listed, to move it back."""

    kept = models.ForeignKey(
        "frontoffice.Person",
        on_delete=models.PROTECT,
        related_name="merges",
        verbose_name=_("остава"),
    )
    merged = models.ForeignKey(
        "frontoffice.Person",
        on_delete=models.PROTECT,
        related_name="merged_by",
        verbose_name=_("влива се"),
    )
    reason = models.CharField(_("защо"), max_length=300, blank=True)
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("от кого")
    )
    at = models.DateTimeField(_("кога"), default=timezone.now)
    # Ids of moved rows by model, and which facts of the kept record were filled from the other.
    # Never values: they would be a second copy of personal data.
    moved = models.JSONField(default=dict, editable=False)
    undone_at = models.DateTimeField(_("разделени на"), null=True, blank=True)
    undone_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("разделени от"),
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("обединяване на записи")
        verbose_name_plural = _("обединявания на записи")
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at__isnull=True), name="person_merged_once"
            ),
            models.CheckConstraint(
                name="person_merged_with_another", condition=~Q(kept=F("merged"))
            ),
        ]

    def __str__(self) -> str:
        return f"{_('обединяване')} № {self.pk}"
