"""How forms are drawn: the portal's own templates for a form, a field and its errors."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest


class PortalFormRenderer(TemplatesSetting):
    """Draws ``{{ form }}`` and ``{{ field.as_field_group }}`` with templates/components/.

    Widgets keep Django's own templates, so the admin, which lays its fields out itself, looks as
    before. A form may set ``mark_optional = False`` not to have its optional fields marked.
    """

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

    def render(self, template_name: str, context: dict, request: HttpRequest | None = None) -> str:
        """Render as Django does, without placeholders, which third-party forms set as labels.

        A NUL that somebody sent, and that the field refused, is not repeated: no page may hold one.
        """
        widget = context.get("widget")
        if widget:
            widget["attrs"].pop("placeholder", None)
            if isinstance(widget.get("value"), str):
                widget["value"] = widget["value"].replace("\x00", "")
        return super().render(template_name, context, request)
