"""A draft of a citizen's application: begun, found by its link, saved, sent, thrown away.

What is kept of a draft is one encrypted JSON: the answers by step, and the link's token and the
second secret, so that the page „Запази и продължи по-късно“ can show them and the mail hold them.
They lie beside what they protect, under the same key: who can read them can read the answers too.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from municipalities.models import Municipality
from municipalities.secrets import decrypt, encrypt
from municipalities.tenancy import INVITATION_SETTING, municipality_scope, set_local
from referrals import secrets
from referrals.applications.files import remove_all_from_draft
from referrals.applications.models_parts import Attachment
from referrals.applications.receiving import Received
from referrals.kinds.models import ApplicationKind
from referrals.online.models import OnlineDraft, expiry
from services_registry.models import Service

log = logging.getLogger("frontoffice.online")

LONGEST_VALUE = 10_000  # characters of one field, as it is kept before it is checked
MOST_VALUES = 100  # of one field


@sensitive_variables("token", "secret", "data")
def begin(
    *, municipality: Municipality, kind: ApplicationKind, service: Service | None
) -> tuple[OnlineDraft, str]:
    """Start a draft of ``kind``; return it and the token of its link. Needs the scope."""
    token, secret = secrets.new_token(), secrets.new_secret()
    data: dict[str, Any] = {"token": token, "secret": secret, "steps": {}}
    if service:
        data["steps"]["usluga"] = {"service": [str(service.pk)]}
    draft = OnlineDraft(
        municipality=municipality,
        kind=kind,
        service=service,
        token_hash=secrets.hash_of_token(token),
        secret_hash=secrets.hash_of_secret(secret, municipality),
    )
    write(draft, data)
    return draft, token


def find(token: str) -> OnlineDraft | None:
    """Return the draft behind a link, with its municipality; None where there is no such draft.

    None as well for one that has run out or whose municipality left. Works without a scope: row
    security shows the connection the one row whose hash it is told.
    """
    token_hash = secrets.hash_of_token(token)
    with transaction.atomic():
        before = set_local(INVITATION_SETTING, token_hash)
        draft = (
            OnlineDraft.by_token.select_related("municipality")
            .filter(token_hash=token_hash, expires_at__gt=timezone.now())
            .filter(municipality__is_active=True)
            .first()
        )
        set_local(INVITATION_SETTING, before)
    return draft


def read(draft: OnlineDraft) -> dict[str, Any]:
    """Return what is kept of ``draft``; raises UnreadableSecret where no key reads it."""
    return json.loads(decrypt(bytes(draft.data))) if draft.data else {"steps": {}}


def write(draft: OnlineDraft, data: dict[str, Any]) -> None:
    """Keep ``data`` as what there is of ``draft``, for another thirty days."""
    draft.data = encrypt(json.dumps(data))
    draft.expires_at = expiry()
    draft.save()


def forget_address(pk: int, address: str) -> None:
    """Forget where a link was to be mailed, unless another address was asked for meanwhile.

    The draft is kept no longer for that: nobody came back to it. Needs the scope.
    """
    draft = OnlineDraft.objects.select_for_update().filter(pk=pk).first()
    data = read(draft) if draft else {}
    if draft and data.get("mail_to") == address:
        del data["mail_to"]
        draft.data = encrypt(json.dumps(data))
        draft.save(update_fields=["data"])


def typed(values: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what was typed as it may be kept: no more than any field could take."""
    return {
        name: [str(value)[:LONGEST_VALUE] for value in found[:MOST_VALUES]]
        for name, found in values.items()
    }


def finish(draft: OnlineDraft, received: Received) -> None:
    """Make ``draft`` lead to the application that came of it, and forget what was typed.

    The application's secret stays, encrypted, until the draft runs out: who loses the connection
    before the confirmation is shown finds it there by the link and the draft's own secret.
    """
    before = read(draft)
    data: dict[str, Any] = {name: before[name] for name in ("token", "secret") if name in before}
    if received.secret:
        data["sent"] = received.secret
    draft.application = received.application
    draft.service = None
    write(draft, data)
    # They are the application's from now on, and stay when the draft goes.
    Attachment.objects.filter(draft=draft, application__isnull=False).update(draft=None)


def purge(municipality: Municipality, *, now: dt.datetime) -> int:
    """Delete the drafts of ``municipality`` that have run out, with their files; say how many."""
    with municipality_scope(municipality):
        keys = list(OnlineDraft.objects.filter(expires_at__lte=now).values_list("pk", flat=True))
    done = 0
    for key in keys:
        try:
            with municipality_scope(municipality):  # each in a transaction of its own
                rows = OnlineDraft.objects.select_for_update().filter(pk=key, expires_at__lte=now)
                for draft in rows:
                    remove(draft)
                    done += 1
        except OSError:  # a file that cannot be deleted does not keep the other drafts
            log.exception("the files of a draft could not be deleted", extra={"draft": key})
    return done


def remove(draft: OnlineDraft) -> None:
    """Delete ``draft`` and the files that are its alone. Needs the scope, and its row locked."""
    remove_all_from_draft(draft)
    Attachment.objects.filter(draft=draft, application__isnull=False).update(draft=None)
    draft.delete()
