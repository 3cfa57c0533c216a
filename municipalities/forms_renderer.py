"""How forms are drawn: the portal's own templates for a form, a field and its errors."""

from django.forms.renderers import TemplatesSetting


class PortalFormRenderer(TemplatesSetting):
    """Draws ``{{ form }}`` and ``{{ field.as_field_group }}`` with templates/components/.

    Widgets keep Django's own templates, so the admin, which lays its fields out itself, is not
    touched. A form may set ``mark_optional = False`` not to have its optional fields marked.
    """

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
