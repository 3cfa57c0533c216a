"""Forms of handbooks in the admin."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from services_registry.models import LifeSituation, ServiceKind

LONGEST_SEARCH = 80


class FindServicesForm(forms.Form):
    """Which services are looked for: by words, life situation, kind."""

    mark_optional = False

    q = forms.CharField(label=_("Име или доставчик"), max_length=LONGEST_SEARCH, required=False)
    situatsiya = forms.ChoiceField(label=_("Житейска ситуация"), required=False)
    vid = forms.ChoiceField(label=_("Вид услуга"), required=False)

    def __init__(self, data):
        super().__init__(data)
        situations = LifeSituation.objects.values_list("slug", "name")
        kinds = ServiceKind.objects.values_list("code", "plain_name")
        self.fields["situatsiya"].choices = [("", _("всички")), *situations]
        self.fields["vid"].choices = [("", _("всички")), *kinds]
