"""Invitations: the only way somebody gets an account, and a way to get one role more.

Higher floors register what else people can be invited to (``register_kind``); services_registry
does so for the people of providers. Everything but ``find_open`` works inside the scope of the
invitation's municipality.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import pghistory
from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from municipalities import team
from municipalities.models import Invitation, Municipality, Office, User, invitation_expiry
from municipalities.tenancy import INVITATION_SETTING, set_local

STAFF = "staff"


class InvitationError(Exception):
    """An invitation that cannot be made, sent or accepted; the message says why in Bulgarian."""


@dataclass(frozen=True)
class Kind:
    """Something people are invited to.

    ``words`` say what („специалист в община Сливен“); ``accept`` gives it to the user and may raise
    InvitationError; ``has`` says whether the person with this e-mail has it already.
    """

    words: Callable[[Invitation], str]
    accept: Callable[[Invitation, User], None]
    has: Callable[[Invitation], bool]


_kinds: dict[str, Kind] = {}


def register_kind(
    code: str,
    *,
    words: Callable[[Invitation], str],
    accept: Callable[[Invitation, User], None],
    has: Callable[[Invitation], bool],
) -> None:
    """Let people be invited to ``code``; registering it again replaces it."""
    _kinds[code] = Kind(words=words, accept=accept, has=has)


def words_of(invitation: Invitation) -> str:
    """Say what the invitation is to."""
    return _kinds[invitation.kind].words(invitation)


def hash_of(token: str) -> str:
    """Return what is kept of a token. It has 256 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


# Inviting


def invite(
    *,
    municipality: Municipality,
    by: User,
    email: str,
    name: str,
    kind: str = STAFF,
    role: str = "",
    office: Office | None = None,
    job_title: str = "",
    target_id: int | None = None,
) -> Invitation:
    """Make an invitation and have it mailed with its link.

    Raises InvitationError where the person has what they are invited to, or is invited already.
    """
    invitation = Invitation(
        municipality=municipality,
        kind=kind,
        email=email.strip().lower(),
        name=name.strip(),
        role=role,
        office=office,
        job_title=job_title.strip(),
        target_id=target_id,
        invited_by=by,
    )
    if _kinds[kind].has(invitation):
        raise InvitationError("Човекът с тази е-поща вече има тази роля.")
    same = Invitation.objects.pending().filter(
        kind=kind, email=invitation.email, role=role, target_id=target_id
    )
    if same.exists():
        raise InvitationError(
            "На тази е-поща вече има неприета покана за същото. Изпратете нея отново."
        )
    invitation.save()
    _mail(invitation)
    return invitation


def resend(invitation: Invitation) -> None:
    """Mail a new link, valid for as long as a new invitation; the one sent before stops working."""
    if invitation.accepted_at or invitation.revoked_at:
        raise InvitationError("Поканата вече е приета или отменена.")
    invitation.expires_at = invitation_expiry()
    invitation.save(update_fields=["expires_at"])
    _mail(invitation)


def revoke(invitation: Invitation) -> None:
    """Make the link stop working; does nothing to one that is not pending."""
    Invitation.objects.pending().filter(pk=invitation.pk).update(revoked_at=timezone.now())


def _mail(invitation: Invitation) -> None:
    from municipalities.tasks import later, send_invitation  # the task needs this module

    later(send_invitation, municipality=invitation.municipality_id, invitation=invitation.pk)


# Accepting


def find_open(token_hash: str) -> Invitation | None:
    """Return the invitation whose link holds the token with this hash, if it can be accepted.

    Works without a scope: row security shows the connection the one row whose hash it is told.
    """
    if not token_hash:
        return None
    with transaction.atomic():
        before = set_local(INVITATION_SETTING, token_hash)
        found = (
            Invitation.by_token.select_related("municipality").filter(token_hash=token_hash).first()
        )
        set_local(INVITATION_SETTING, before)
    if found is None or not found.is_open or not found.municipality.is_active:
        return None
    return found


def account_of(invitation: Invitation) -> User | None:
    """Return the account that the invitation's e-mail has already."""
    return User.objects.filter(email__iexact=invitation.email).first()


def accept_as_new(invitation: Invitation, name: str, password: str) -> User:
    """Make the account of somebody new and give it what it is invited to; return it.

    Raises InvitationError as ``accept`` does, and where there is an account meanwhile.
    """
    with transaction.atomic():
        current = _still_open(invitation)  # the lock: the same form sent twice makes one account
        if account_of(current):
            raise InvitationError("Вече има профил с тази е-поща. Влезте и приемете поканата.")
        user = User.objects.create_user(current.email, password, name=name)
        # The link came by mail, so the address is theirs.
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        accept(current, user)
    return user


def accept(invitation: Invitation, user: User) -> None:
    """Give ``user`` what they are invited to, once.

    Raises InvitationError where the invitation was used, revoked or expired meanwhile, is for
    another e-mail, or the role does not go with what the person does.
    """
    with transaction.atomic(), pghistory.context(user=user.pk):
        current = _still_open(invitation)
        if current.email != user.email.lower():
            raise InvitationError("Поканата е за друга е-поща.")
        _kinds[current.kind].accept(current, user)
        current.accepted_at = timezone.now()
        current.save(update_fields=["accepted_at"])


def _still_open(invitation: Invitation) -> Invitation:
    current = Invitation.objects.select_for_update().filter(pk=invitation.pk).first()
    if current is not None and current.accepted_at:
        raise InvitationError("Поканата вече е приета. Влезте с е-пощата и паролата си.")
    if current is None or not current.is_open:
        raise InvitationError("Поканата вече не важи.")
    return current


# A role in the municipality


def _staff_words(invitation: Invitation) -> str:
    return f"{invitation.get_role_display()} в община {invitation.municipality.name}"


def _accept_staff(invitation: Invitation, user: User) -> None:
    try:
        team.grant(
            user,
            municipality=invitation.municipality,
            role=invitation.role,
            office=invitation.office,
            job_title=invitation.job_title,
        )
    except team.TeamError as reason:
        raise InvitationError(str(reason)) from reason


def _has_role(invitation: Invitation) -> bool:
    return team.has_role(invitation.email, invitation.role)


register_kind(STAFF, words=_staff_words, accept=_accept_staff, has=_has_role)
