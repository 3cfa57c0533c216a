"""Words of errors that many forms say alike."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

# Of a field with text: a NUL, which nobody types and no table can hold.
UNREADABLE = {"null_characters_not_allowed": _("В текста има знак, който не се чете.")}
