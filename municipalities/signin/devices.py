"""A browser in words, and an address too short to follow anybody by."""

from __future__ import annotations

import ipaddress

from django.utils.translation import gettext as _

# The order matters: each later name is also in what the earlier ones send.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def browser_in_words(user_agent: str) -> str:
    """Return „Chrome на компютър с Windows“ for what the browser says of itself."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), _("друг браузър"))
    return _("%(browser)s на %(system)s") % {"browser": browser, "system": _system(user_agent)}


def _system(user_agent: str) -> str:
    systems = (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", _("устройство с Android")),
        ("Windows", _("компютър с Windows")),
        ("Macintosh", _("компютър Mac")),
        ("CrOS", _("компютър с ChromeOS")),
        ("Linux", _("компютър с Linux")),
    )
    return next((words for sign, words in systems if sign in user_agent), _("друго устройство"))


def shortened(address: str) -> str:
    """Return the network of an IP address („203.0.113.…“, a /48 for IPv6), "" for none."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if ip.version == 4:
        return str(ip).rpartition(".")[0] + ".…"
    network = ipaddress.ip_network(f"{ip}/48", strict=False)
    return f"{network.network_address}…"
