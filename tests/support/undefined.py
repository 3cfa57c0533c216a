"""A variable that a template of the portal uses and nobody gave it is an error."""

from __future__ import annotations

import sys
from pathlib import Path

from django.conf import settings
from django.template import engines
from django.template.base import FilterExpression, Node, Variable
from django.templatetags.i18n import BlockTranslateNode

OURS = Path(settings.BASE_DIR) / "templates"
# The three places where Django itself asks what to print for a missing value.
_ASKERS = {
    FilterExpression.resolve.__code__,
    Variable._resolve_lookup.__code__,
    BlockTranslateNode.render.__code__,
}


class UndefinedVariable(AssertionError):
    """A template of the portal uses a variable that is not there."""


class RaisingString(str):
    """Stands for ``string_if_invalid``: empty for Django's own templates, an error for ours.

    Django asks it twice on the way to printing a missing value: for its truth where a variable is
    resolved, and for ``"%s"`` where a translated block is. Who asks is read from the stack.
    ``{% if %}``, ``{% for %}`` and ``{% firstof %}`` never come here: in them missing means no.
    """

    def __bool__(self) -> bool:
        _refuse_ours(sys._getframe(1))
        return False

    def __contains__(self, key: object) -> bool:
        _refuse_ours(sys._getframe(1))
        return str.__contains__(self, key)  # type: ignore[arg-type]


def _refuse_ours(frame) -> None:
    code = frame.f_code
    if code.co_name == "render_value":  # a function inside BlockTranslateNode.render
        name = frame.f_locals.get("key")
    elif code in _ASKERS:
        name = frame.f_locals["self"].var
    else:
        return
    while frame is not None:
        node = frame.f_locals.get("self")
        # A node is rendered by several of its own methods; its template is known from parsing.
        if isinstance(node, Node) and getattr(node, "origin", None) is not None:
            break
        frame = frame.f_back
    else:
        return
    template = Path(str(node.origin.name))
    if template.is_relative_to(OURS):
        line = getattr(getattr(node, "token", None), "lineno", "?")
        raise UndefinedVariable(
            f"{template.relative_to(OURS)}, line {line}: {name} is not defined.\n"
            "Give it to the template, or ask for it inside {% if %} where it may be missing."
        )


def refuse_undefined_variables() -> None:
    """Make every rendering of the portal's templates raise for a missing variable."""
    engines["django"].engine.string_if_invalid = RaisingString()
