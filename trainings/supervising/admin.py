"""Supervision and norms in the admin."""
