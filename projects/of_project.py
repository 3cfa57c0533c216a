"""Forms of the admin whose choices are of one project: its activities, its documents."""

from __future__ import annotations

from django.http import HttpRequest

from projects.models import Project


class OfProject:
    """Mix into the admin of rows of a project, before its base.

    ``of_project`` names the fields that offer only what belongs to the row's project: the one being
    sent, else the row's own, else the one in ``?project=``. Without any, they offer everything of
    the municipality, and what is sent is checked against the project sent with it.
    """

    of_project: tuple[str, ...] = ("activity",)

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name in self.of_project:
            rows = db_field.remote_field.model.objects.all()
            project = self._project_of(request)
            kwargs["queryset"] = rows if project is None else rows.filter(project=project)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name in self.of_project:
            for link in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{link}_related", False)
        return field

    def _project_of(self, request: HttpRequest) -> int | None:
        sent = request.POST if request.method == "POST" else request.GET
        if (asked := sent.get("project")) is not None:
            # What is no number is no project, and the field of the project says so.
            asked = asked if asked.isascii() and asked.isdigit() and len(asked) < 18 else "0"
            return int(asked)
        match = request.resolver_match
        pk = match.kwargs.get("object_id") if match else None
        if pk is None or not str(pk).isdigit():
            return None
        return self.model.objects.filter(pk=pk).values_list("project", flat=True).first()


def first_words(project: Project) -> str:
    """Return the beginning of a project's name, for the columns of lists."""
    name = project.name
    return name if len(name) <= 60 else f"{name[:59].rstrip()}…"
