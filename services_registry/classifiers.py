"""The registry's classifiers: kinds of the law, groups, life situations, papers, search words.

They are the same for every municipality and hold no personal data, so they have no tenancy.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class ServiceKind(models.Model):
    """Вид социална услуга според основната дейност (чл. 15 ЗСУ)."""

    code = models.SlugField(_("код"), max_length=40, unique=True)
    number = models.PositiveSmallIntegerField(_("номер в чл. 15"), unique=True)
    name = models.CharField(_("наименование по закона"), max_length=120)
    plain_name = models.CharField(_("с прости думи"), max_length=120)
    hint = models.CharField(_("пояснение"), max_length=250, blank=True)

    class Meta:
        ordering = ("number",)
        verbose_name = _("вид услуга по чл. 15")
        verbose_name_plural = _("видове услуги по чл. 15")

    def __str__(self) -> str:
        return self.name


class TargetGroup(models.Model):
    """Целева група."""

    code = models.SlugField(_("код"), max_length=60, unique=True)
    name = models.CharField(_("наименование"), max_length=160)
    plain_name = models.CharField(_("с прости думи"), max_length=160)
    order = models.PositiveSmallIntegerField(_("ред"), default=0)

    class Meta:
        ordering = ("order", "name", "pk")
        verbose_name = _("целева група")
        verbose_name_plural = _("целеви групи")

    def __str__(self) -> str:
        return self.plain_name


class LifeSituation(models.Model):
    """Житейска ситуация: the entry by which a citizen looks for help."""

    slug = models.SlugField(_("код"), max_length=60, unique=True)
    name = models.CharField(_("наименование"), max_length=120)
    summary = models.CharField(_("какво има тук"), max_length=200)
    order = models.PositiveSmallIntegerField(_("ред"), default=0)
    quick_exit = models.BooleanField(_("бърз изход от страницата"), default=False)

    class Meta:
        ordering = ("order", "name", "pk")
        verbose_name = _("житейска ситуация")
        verbose_name_plural = _("житейски ситуации")

    def __str__(self) -> str:
        return self.name


class RequiredDocument(models.Model):
    """A paper that a person is asked for. Only what no administration already holds."""

    code = models.SlugField(_("код"), max_length=60, unique=True)
    name = models.CharField(_("наименование"), max_length=160)
    where = models.CharField(_("откъде се взема"), max_length=250, blank=True)
    for_reference = models.BooleanField(
        _("само за справка"), default=False, help_text=_("Показва се и не се копира.")
    )

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("документ")
        verbose_name_plural = _("документи")

    def __str__(self) -> str:
        return self.name


class SearchSynonym(models.Model):
    """What a citizen says and the words the registry uses for it."""

    term = models.CharField(_("дума или израз"), max_length=80, unique=True)
    expands_to = ArrayField(models.CharField(max_length=80), verbose_name=_("търси се и като"))

    class Meta:
        ordering = ("term",)
        verbose_name = _("дума за търсене")
        verbose_name_plural = _("думи за търсене")

    def __str__(self) -> str:
        return self.term


class SearchTerm(models.Model):
    """A lemma that occurs in some published service: what typing errors are mended against."""

    lemma = models.CharField(_("дума"), max_length=80, unique=True)
    occurrences = models.PositiveIntegerField(_("в колко услуги"), default=1)

    class Meta:
        ordering = ("lemma",)
        verbose_name = _("дума в услугите")
        verbose_name_plural = _("думи в услугите")
        indexes = [
            GinIndex(fields=["lemma"], name="searchterm_trigram", opclasses=["gin_trgm_ops"])
        ]

    def __str__(self) -> str:
        return self.lemma
