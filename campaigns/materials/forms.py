"""Forms of materials: files that come in, filters of the public list."""

from __future__ import annotations

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.materials.keeping import KINDS
from campaigns.models import Material, MaterialFile
from municipalities.filters import MunicipalityFilter
from municipalities.uploads import UploadField
from services_registry.models import Service


class FileForm(forms.ModelForm):
    """A file with its language and variant."""

    file = UploadField(
        kinds=KINDS, label=_("Файл"), help_text=_("PDF, JPEG, PNG или DOCX, до 10 MB.")
    )

    class Meta:
        model = MaterialFile
        fields = ("language", "form")


class ReplaceForm(forms.Form):
    """Another version of a file."""

    file = UploadField(kinds=KINDS, label=_("Нов файл"))


class MaterialFilter(MunicipalityFilter):
    """What the public list is narrowed by: municipality, kind, language, service, easy-read.

    What the address has and the list does not is answered in words, and does not narrow.
    """

    vid = forms.ChoiceField(label=_("Вид"), required=False)
    ezik = forms.ChoiceField(label=_("Език"), required=False)
    usluga = forms.ChoiceField(label=_("За услуга"), required=False)
    lesno = forms.BooleanField(label=_("Само лесни за четене"), required=False)

    def __init__(self, data):
        super().__init__(data)
        self.fields["vid"].choices = [("", _("всички видове")), *Material.Kind.choices]
        self.fields["ezik"].choices = [("", _("всички езици")), *Service.Language.choices]
        of_materials = Service.public.filter(materials__in=Material.public.all())
        named = (
            of_materials.distinct()
            .order_by("name", "pk")
            .values_list("municipality__slug", "slug", "name", "municipality__name")
        )
        chosen = str(self.data.get("obshtina") or "")
        self.fields["usluga"].choices = [
            ("", _("всички услуги")),
            *(
                (f"{owner}/{slug}", f"{name} ({of})")
                for owner, slug, name, of in named
                if chosen in ("", owner)
            ),
        ]
        unknown = _("Няма такъв избор. Показваме всички.")
        for name in ("vid", "ezik", "usluga"):
            self.fields[name].error_messages["invalid_choice"] = unknown

    def narrowed(self, materials):
        """Return those of ``materials`` (of ``Material.public``) that the filter lets through."""
        self.is_valid()
        chosen = self.cleaned_data
        if slug := chosen.get("obshtina"):
            materials = materials.filter(municipality__slug=slug)
        if kind := chosen.get("vid"):
            materials = materials.filter(kind=kind)
        files = MaterialFile.public.all()
        if language := chosen.get("ezik"):
            materials = materials.filter(pk__in=files.filter(language=language).values("material"))
        if key := chosen.get("usluga"):
            owner, _slash, slug = key.partition("/")
            about = Service.public.filter(municipality__slug=owner, slug=slug)
            materials = materials.filter(services__in=about)
        if chosen.get("lesno"):
            easy = files.filter(form=MaterialFile.Form.EASY).values("material")
            materials = materials.filter(Q(kind=Material.Kind.EASY_READ) | Q(pk__in=easy))
        return materials

    @property
    def slug(self) -> str:
        """The chosen municipality's address; "" for all or where the choice is unknown."""
        self.is_valid()
        return self.cleaned_data.get("obshtina", "")

    @property
    def is_used(self) -> bool:
        """Whether anything narrows the list."""
        self.is_valid()
        return any(self.cleaned_data.values())
