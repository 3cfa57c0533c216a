"""What follows from signing in and from changing a password."""

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from municipalities import sessions


@receiver(user_logged_in, dispatch_uid="start_session_clock")
def start_session_clock(sender, request, user, **kwargs) -> None:
    """Start the clocks and list the session; a sign-in without one (a command) has none."""
    if request is not None and hasattr(request, "session"):
        sessions.start(request, user)


@receiver([password_changed, password_set], dispatch_uid="end_other_sessions")
def end_other_sessions(sender, request, user, **kwargs) -> None:
    """A changed password ends the person's sessions elsewhere; this one has a new key."""
    sessions.enlist(request, user)
    sessions.end_sessions(user, but=request.session.session_key)


@receiver(password_reset, dispatch_uid="end_all_sessions")
def end_all_sessions(sender, request, user, **kwargs) -> None:
    """Who forgot the password may have lost more than that."""
    sessions.end_sessions(user)
