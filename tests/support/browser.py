"""A page in a real browser: its errors, its accessibility, whether it fits the screen."""

from __future__ import annotations

import json
from collections import Counter

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

DESKTOP = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 640}  # WCAG 1.4.10: a page of 1280 at 400 %
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],  # what passed is counted in thousands and asked by nobody
    "preload": False,  # of style sheets, by means that the security policy forbids and reports
}
_axe = Axe()
# A refused connection to a page that a test itself left is not a fault of the page.
_LEFT = "net::ERR_ABORTED"


class Watch:
    """Collects what goes wrong in a browser's pages, to be asked for at the end of a test."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def over(self, page: Page) -> Page:
        """Listen to ``page`` from now on."""
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("response", self._on_response)
        page.on("requestfailed", self._on_failed)
        return page

    def _on_console(self, message) -> None:
        # Violations of the security policy arrive here too, as errors. Answers are heard below.
        told_twice = "the server responded with a status" in message.text
        if message.type in {"error", "warning"} and not told_twice:
            self.faults.append(f"{message.location.get('url', '')}: {message.text}")

    def _on_response(self, response) -> None:
        if response.status >= 400 and response.status != 422:
            self.faults.append(f"{response.status} {response.url}")

    def _on_failed(self, request) -> None:
        if request.failure and _LEFT not in request.failure:
            self.faults.append(f"{request.failure} {request.url}")


AT_THE_END = """() => {
  const seenFrom = scrollY;
  scrollTo({top: document.documentElement.scrollHeight, behavior: 'instant'});
  return seenFrom;
}"""


def axe_faults(page: Page) -> list[str]:
    """Return axe-core's violations on the page as it stands, a line each.

    At the end of the page what sticks to the window's edge is in its own place: elsewhere it may
    cover half a link that is only being scrolled past, which axe takes for a small one.
    """
    seen_from = page.evaluate(AT_THE_END)
    found = _axe.run(page, options=RULES).response["violations"]
    page.evaluate("y => scrollTo({top: y, behavior: 'instant'})", seen_from)
    return [
        f"{page.url} {rule['id']} ({rule['impact']}): {rule['help']}\n"
        + "\n".join(f"    {json.dumps(n['target'])} {n['html'][:160]}" for n in rule["nodes"][:4])
        for rule in found
    ]


def overflow(page: Page) -> list[str]:
    """Return what sticks out of the page's width, where it makes the page scroll sideways."""
    return page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.body.querySelectorAll('*')]
            .filter((e) => e.getBoundingClientRect().right > width + 1)
            .slice(0, 5)
            .map((e) => `${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 40)}`);
        }"""
    )


def assert_good(page: Page) -> None:
    """Fail where axe finds something on the page or it does not fit the width of the window."""
    page.wait_for_load_state()
    faults = axe_faults(page) + [f"{page.url} sticks out: {what}" for what in overflow(page)]
    assert not faults, "\n".join(faults)


# The keystroke-level model's operators, in seconds. K is an average skilled typist's key, of which
# „Ctrl+Enter“ has two; P points with the mouse, B presses or lets go its button, H moves the hand
# between mouse and keyboard, M is the thought before an act. Source: Card, Moran and Newell,
# The Psychology of Human-Computer Interaction (1983), chapter 8. The time in which the machine
# answers (R) is left out.
K, P, B, H, M = 0.2, 1.1, 0.1, 0.4, 1.35


class Keyboard:
    """Works with the keyboard alone, or with the mouse in between, and counts what it took.

    ``presses`` are single keys; text is typed apart and counted in characters. ``count`` are the
    presses; ``interactions`` are those, each text and each click. ``seconds`` is the time by the
    keystroke-level model above: every key and character a K, with an M before each press but the
    repeated one of the same key (the book's rule 2: one cognitive unit), before each text and
    before each click. No other M is left out, so the time is rather too long than too short.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses: Counter[str] = Counter()
        self.typed = 0
        self.texts = 0
        self.clicks = 0
        self.seconds = 0.0
        self._last = ""
        self._hand = "keyboard"

    @property
    def count(self) -> int:
        return sum(self.presses.values())

    @property
    def interactions(self) -> int:
        return self.count + self.texts + self.clicks

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
            self._move("keyboard")
            self.seconds += K * len(key.split("+")) + (M if key != self._last else 0)
            self._last = key
        self.presses[key] += times

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)
        self._move("keyboard")
        self.seconds += M + K * len(text)
        self._last = ""
        self.typed += len(text)
        self.texts += 1

    def click(self, target: Locator) -> None:
        """Point at ``target`` with the mouse and press its button."""
        target.click()
        self._move("mouse")
        self.seconds += M + P + 2 * B
        self._last = ""
        self.clicks += 1

    def _move(self, hand: str) -> None:
        if hand != self._hand:
            self.seconds += H
            self._hand = hand

    def told(self) -> str:
        """Return the counts in one line."""
        return (
            f"{self.interactions} interactions ({self.count} presses, {self.texts} texts of "
            f"{self.typed} characters, {self.clicks} clicks), {self.seconds:.1f} s by KLM"
        )

    def tab_to(self, name: str, most: int = 40) -> None:
        """Press Tab until the focus is on what is called ``name`` (its field name or words)."""
        for _ in range(most):
            if name in self.focused():
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not lead to {name}; it stands on {self.focused()}")

    def focused(self) -> str:
        """Return what the focused element is called: name, value, label, text."""
        return self.page.evaluate(
            """() => {
              const e = document.activeElement;
              return [e.name, e.id, e.value, e.getAttribute('aria-label'),
                      e.labels && [...e.labels].map((l) => l.textContent).join(' '),
                      e.matches('input, select, textarea, body') ? '' : e.textContent]
                .filter(Boolean).join(' | ').replace(/\\s+/g, ' ').slice(0, 300);
            }"""
        )

    def focus_is_visible(self) -> bool:
        """Say whether the focused element, or what wraps it, is drawn differently for it."""
        return self.page.evaluate(
            """() => {
              const ring = (e) => {
                const s = getComputedStyle(e);
                return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0)
                  || s.boxShadow !== 'none';
              };
              const e = document.activeElement;
              return ring(e) || Boolean(e.closest('label') && ring(e.closest('label')));
            }"""
        )
