"""Documents: Typst templates rendered to tagged PDF/UA-1.

Templates are in ``templates/typst/``. Data goes in as JSON and is read there with
``json(bytes(sys.inputs.data))``, so nothing that somebody typed is ever markup. Only the fonts
that the package carries are used: the same data gives the same pages on every machine.
"""

from __future__ import annotations

import json
from typing import Any

import typst
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

ROOT = settings.BASE_DIR / "templates" / "typst"


def render(template: str, data: dict[str, Any]) -> bytes:
    """Return the PDF of ``template`` (a path inside ``templates/typst/``) filled with ``data``.

    Raises typst.TypstError for a broken template; data alone cannot break one.
    """
    return typst.compile(
        str(ROOT / template),
        root=str(ROOT),
        sys_inputs={"data": json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
    )
