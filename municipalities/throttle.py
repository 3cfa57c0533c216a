"""How often an address may try something; shared by all processes through Django's cache."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True)
class Limit:
    """At most ``amount`` attempts of one network address in each window of ``seconds``."""

    name: str
    amount: int
    seconds: int

    def is_reached(self, request: HttpRequest) -> bool:
        """Say whether the next attempt is one too many; does not count it."""
        return cache.get(self._key(request), 0) >= self.amount

    def count(self, request: HttpRequest) -> None:
        """Count one attempt."""
        key = self._key(request)
        # Not ``incr``: it would give the key the cache's own lifetime, shorter than some windows.
        cache.set(key, cache.get(key, 0) + 1, self.seconds)

    def _key(self, request: HttpRequest) -> str:
        # allauth knows which proxies are trusted to say the address. Kept hashed: it is personal.
        address = hashlib.sha256(get_adapter().get_client_ip(request).encode()).hexdigest()[:32]
        return f"throttle:{self.name}:{address}:{int(time.time() // self.seconds)}"
