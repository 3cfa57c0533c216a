"""Forms of keys for signing in (WebAuthn) that take anything a browser, or somebody else, sends.

allauth answers most wrong credentials with a message, but not those that lack a part.
"""

from __future__ import annotations

import struct

from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

BROKEN = (
    AttributeError,
    IndexError,
    InvalidSignature,
    KeyError,
    NotImplementedError,
    TypeError,
    UnsupportedAlgorithm,
    ValueError,
    struct.error,
)
REFUSED = _("Ключът не беше приет. Опитайте пак.")


class _Credential:
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["credential"].label = _("Ключ")
        self.fields["credential"].error_messages |= {"required": REFUSED, "invalid": REFUSED}


class AddKeyForm(_Credential, AddWebAuthnForm):
    """A new key."""

    def clean(self) -> dict:
        try:
            return super().clean()
        except BROKEN as error:
            raise ValidationError(REFUSED) from error


class _UsedKey(_Credential):
    def clean_credential(self):
        try:
            return super().clean_credential()
        except BROKEN as error:
            raise ValidationError(REFUSED) from error


class KeyForm(_UsedKey, AuthenticateWebAuthnForm):
    """A key used when signing in."""


class ConfirmKeyForm(_UsedKey, ReauthenticateWebAuthnForm):
    """A key used before a change to one's account."""
