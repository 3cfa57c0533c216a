"""Signing in: second factors, passwords, sessions and the door for an identity provider."""
