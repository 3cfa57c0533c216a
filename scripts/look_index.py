"""The page on which the photographs of ``make look`` are seen all at once."""

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

COLUMNS = ("1280 light", "1280 dark", "360 light", "360 dark")
HEADINGS = ("1280, светло", "1280, тъмно", "360, светло", "360, тъмно")
NAMES = {
    "nobody": "Гражданин (без вход)",
    "specialist": "Специалист",
    "head": "Ръководител на фронт-офиса",
    "manager": "Ръководител на проект",
    "admin": "Администратор на общината",
    "dpo": "Длъжностно лице по защита на данните",
    "provider": "Доставчик",
    "operator": "Оператор на платформата",
}
STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; padding: 0; list-style: none; }
h2 { margin: 3rem 0 1rem; padding-top: 1rem; border-top: 1px solid; }
article { margin: 0 0 2rem; }
h3 { margin: 0; font-size: 1rem; }
p { margin: 0 0 .5rem; }
.path { font-family: ui-monospace, monospace; }
.shots { display: flex; gap: 1rem; align-items: flex-start; }
figure { margin: 0; }
figure a { display: block; height: 200px; overflow: hidden; border: 1px solid #8888; }
figure img { display: block; width: 284px; height: auto; }
figure.narrow img { width: 110px; }
figcaption { font-size: .8rem; }
.bad { color: light-dark(#a01818, #ff9d94); font-weight: 600; }
"""


@dataclass
class Photo:
    """A page as one role saw it; ``files`` by „width scheme“."""

    role: str
    path: str
    title: str
    status: int
    expected: int = 200
    overflows: bool = False
    files: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def is_bad(self) -> bool:
        """Say whether the page answered wrongly or the browser complained."""
        return self.status != self.expected or bool(self.complaints)


def write_index(folder: Path, photos: list[Photo], roles: list[str]) -> None:
    """Write ``index.html`` and its style sheet into ``folder``: each role's pages, by address."""
    parts = []
    for role in roles:
        own = sorted((photo for photo in photos if photo.role == role), key=lambda p: p.path)
        words = escape(NAMES.get(role, role))
        parts.append(f'<h2 id="{role}">{words}: {len(own)} страници</h2>')
        parts += [_article(photo) for photo in own]
    links = "".join(
        f'<li><a href="#{role}">{escape(NAMES.get(role, role))}</a></li>' for role in roles
    )
    bad = sum(photo.is_bad() for photo in photos)
    (folder / "index.css").write_text(STYLE, encoding="utf-8")
    (folder / "index.html").write_text(
        '<!doctype html><html lang="bg"><head><meta charset="utf-8"><title>Страниците</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet"'
        f' href="index.css"></head><body><h1>{len(photos)} страници, {bad} с грешки</h1>'
        "<p>Страниците за граждани са снимани веднъж, без вход.</p>"
        f'<nav aria-label="Роли"><ul>{links}</ul></nav>{"".join(parts)}</body></html>',
        encoding="utf-8",
    )


def _article(photo: Photo) -> str:
    notes = list(photo.complaints)
    if photo.status != photo.expected:
        notes.insert(0, f"отговор {photo.status}")
    if photo.overflows:
        notes.append("не се побира на 360 px")
    told = "".join(f'<p class="bad">{escape(note)}</p>' for note in notes)
    shots = "".join(
        f"<figure{' class=narrow' if column.startswith('360') else ''}>"
        f'<a href="{escape(photo.files[column])}"><img loading="lazy"'
        f' src="{escape(photo.files[column])}" alt="{escape(photo.title)}"></a>'
        f"<figcaption>{heading}</figcaption></figure>"
        for column, heading in zip(COLUMNS, HEADINGS, strict=True)
        if column in photo.files
    )
    return (
        f"<article><h3>{escape(photo.title)}</h3>"
        f'<p class="path">{escape(photo.path)}</p>{told}<div class="shots">{shots}</div></article>'
    )
