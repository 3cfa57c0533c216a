"""``make look``: photographs of every page that each role can reach, in ``var/look/index.html``.

Starts a demo of its own with a database that is thrown away, or looks at a running one:
``make look ARGS=http://127.0.0.1:8000``. Pages are found by following links from where each role
arrives after signing in, so a new page is photographed without being told of. Wide and narrow,
light and dark. Ends with 1 where a page answers 400 or more or the browser complains (scripts,
security policy), with 2 where there is no Chromium or no portal.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Literal

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("FRONTOFFICE_MODE", "demo")

import django  # noqa: E402
from look_index import Photo, write_index  # noqa: E402
from playwright.sync_api import (  # noqa: E402
    Error,
    FloatRect,
    Page,
    ViewportSize,
    sync_playwright,
)

from tests.plugin_browser import MISSING, find_chromium, launch_arguments  # noqa: E402

OUT = PROJECT / "var" / "look"
WIDTHS: dict[str, ViewportSize] = {
    "1280": {"width": 1280, "height": 900},
    "360": {"width": 360, "height": 740},
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TALLEST = 6000  # pixels; the rest of a longer page is more of the same
PROCESSES = 2
START_SECONDS = 240
STRANGER = "nobody"
# Pages that no link leads to, with the answer they must give.
UNLINKED = {"/nyama-takava-stranitsa/": 404, "/uslugi/?obshtina=nyama": 200}
# In the admin an address with a query is a list sorted or filtered: the same page.
ALIKE = re.compile(r"^/admin/.*\?")


def roles() -> list[tuple[str, str]]:
    """Return (name, e-mail) of the roles of the demo, one municipality's and the platform's."""
    from municipalities.demo import DEMO_SLUGS, accounts

    mine = [
        (email.partition("@")[0].partition(".")[0], email)
        for email, _what in accounts()
        if f".{DEMO_SLUGS[0]}@" in email or "." not in email.partition("@")[0]
    ]
    return [(STRANGER, ""), *mine]


# The portal


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start() -> tuple[subprocess.Popen, str]:
    """Start a demo on a free port over a database of its own; return it and its address."""
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    environment |= {"PORT": str(port), "FRONTOFFICE_MODE": "demo"}
    command = [sys.executable, "-m", "config.localdb", "exec", "--test", "--"]
    command += [sys.executable, str(PROJECT / "scripts" / "portal.py")]
    log = (OUT / "portal.log").open("w")
    process = subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=log, stderr=log, start_new_session=True
    )
    return process, f"http://127.0.0.1:{port}"


def wait_for(address: str, process: subprocess.Popen | None) -> bool:
    """Tell whether the portal becomes ready in time."""
    deadline = time.monotonic() + (START_SECONDS if process else 5)
    while time.monotonic() < deadline and (process is None or process.poll() is None):
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:  # noqa: S310
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    return False


def stop(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()


# One role


class Visit:
    """Everything one role can reach, photographed."""

    def __init__(self, address: str, role: str, email: str) -> None:
        self.address, self.role, self.email = address, role, email
        self.folder = OUT / role
        self.photos: list[Photo] = []
        self.complaints: list[str] = []

    def run(self) -> list[Photo]:
        from tests.support.crawl import Frontier, links_of

        self.folder.mkdir(parents=True)
        starts = ["/", *UNLINKED] if not self.email else ["/vhod/", "/profil/"]
        frontier = Frontier(starts, examples=1)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(**launch_arguments())
            context = browser.new_context(
                base_url=self.address, locale="bg-BG", timezone_id="Europe/Sofia"
            )
            page = self.listen(context.new_page())
            if self.email:
                self.sign_in(page)
            for url, _came_from in frontier:
                if ALIKE.match(url) or (self.email and self.is_public(url)):
                    continue
                html = self.photograph(page, url)
                for link in links_of(html):
                    frontier.offer(link, came_from=page.url.removeprefix(self.address))
            browser.close()
        return self.photos

    def listen(self, page: Page) -> Page:
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self.on_console)
        return page

    def on_console(self, message) -> None:
        answered = "the server responded with a status" in message.text  # counted by itself
        if message.type in {"error", "warning"} and not answered:
            self.complaints.append(message.text)

    def sign_in(self, page: Page) -> None:
        from django.conf import settings

        page.goto("/accounts/login/")
        page.fill("input[name=login]", self.email)
        page.fill("input[name=password]", settings.DEMO_PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/accounts/login/" not in url)

    def is_public(self, url: str) -> bool:
        """Say whether strangers see the page too: it is photographed once, as they see it."""
        from django.urls import Resolver404, resolve

        try:
            match = resolve(url.partition("?")[0])
        except Resolver404:
            return False
        return not getattr(match.func, "login_required", True)

    def photograph(self, page: Page, url: str) -> str:
        """Take the four photographs of a page; return its HTML, or nothing where it is no page."""
        self.complaints.clear()
        try:
            answer = page.goto(url, wait_until="load")
        except Error as fault:
            return self.not_a_page(page, url, str(fault))
        path = page.url.removeprefix(self.address)
        if any(photo.path == path for photo in self.photos):
            return ""  # the address of something photographed already: a redirection
        if answer and not answer.headers.get("content-type", "").startswith("text/html"):
            if answer.status >= 400:
                self.add(path, url, answer.status, url)
            return ""
        html = page.content()
        photo = self.add(path, page.title(), answer.status if answer else 0, url)
        for width, viewport in WIDTHS.items():
            page.set_viewport_size(viewport)
            if width != "1280":
                page.reload(wait_until="load")
                photo.overflows = self.is_too_wide(page)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                self.shoot(page, photo, width, scheme)
        page.set_viewport_size(WIDTHS["1280"])
        page.emulate_media(color_scheme="light")
        photo.complaints = list(dict.fromkeys(self.complaints))
        return html

    def add(self, path: str, title: str, status: int, url: str) -> Photo:
        photo = Photo(self.role, path, title, status, expected=UNLINKED.get(url, 200))
        self.photos.append(photo)
        return photo

    def not_a_page(self, page: Page, url: str, fault: str) -> str:
        """Look at an address that is saved as a file, or does not answer."""
        if "Download is starting" not in fault:
            self.add(url, url, 0, url).complaints.append(fault.splitlines()[0])
        return ""

    @staticmethod
    def is_too_wide(page: Page) -> bool:
        root = "document.documentElement"
        return page.evaluate(f"{root}.scrollWidth > {root}.clientWidth")

    def shoot(self, page: Page, photo: Photo, width: str, scheme: str) -> None:
        number = self.photos.index(photo)
        words = re.sub(r"[^a-z0-9]+", "-", photo.path.lower()).strip("-")[:60] or "nachalo"
        name = f"{number:03d}-{words}-{width}-{scheme}.png"
        height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
        clip: FloatRect = {"x": 0, "y": 0, "width": int(width), "height": height}
        page.screenshot(path=self.folder / name, full_page=True, clip=clip, animations="disabled")
        photo.files[f"{width} {scheme}"] = f"{self.role}/{name}"


def visit(address: str, role: str, email: str) -> list[Photo]:
    """Photograph everything one role can reach, in a process of its own."""
    django.setup()
    began = time.monotonic()
    photos = Visit(address, role, email).run()
    print(f"  {role}: {len(photos)} страници, {time.monotonic() - began:.0f} s", flush=True)
    return photos


def look(address: str) -> list[Photo]:
    """Photograph everything every role can reach; the roles with most pages start first."""
    all_roles = roles()
    order = sorted(all_roles, key=lambda one: one[0] in {STRANGER, "dpo", "provider"})
    with ProcessPoolExecutor(PROCESSES) as pool:
        work = {role: pool.submit(visit, address, role, email) for role, email in order}
        return [photo for role, _email in all_roles for photo in work[role].result()]


def main(arguments: list[str]) -> int:
    if not find_chromium():
        print(f"{MISSING.partition(':')[0]}. Инсталирайте го (apt install chromium) или посочете")
        print("програмата: CHROMIUM=/път/до/chromium make look")
        return 2
    began = time.monotonic()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    django.setup()
    process = None
    if arguments:
        address = arguments[0].rstrip("/")
    else:
        print("Пускам портал с примерни данни …", flush=True)
        process, address = start()
    try:
        if not wait_for(address, process):
            print(f"Порталът на {address} не отговаря; вижте {OUT / 'portal.log'}.")
            return 2
        print(f"Снимам {address} …", flush=True)
        photos = look(address)
    finally:
        if process:
            stop(process)
    bad = [photo for photo in photos if photo.is_bad()]
    write_index(OUT, photos, [role for role, _email in roles()])
    for photo in bad:
        print(f"  {photo.role} {photo.path}: {photo.status} {'; '.join(photo.complaints)}")
    shots = sum(len(photo.files) for photo in photos)
    took = time.monotonic() - began
    print(f"{len(photos)} страници, {shots} снимки, {len(bad)} с грешки, {took:.0f} s")
    print(f"Отворете {OUT / 'index.html'}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
