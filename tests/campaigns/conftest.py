"""Campaigns that several files test."""

import pytest

from tests.campaigns.planning import new_campaign, tell


@pytest.fixture
def campaign(sliven):
    """A campaign of a project that comes again after six months."""
    return new_campaign(sliven)


@pytest.fixture
def told(campaign):
    """A campaign with everything that can be counted."""
    return tell(campaign)
