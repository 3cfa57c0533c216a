"""A campaign planned and told: for whom, how, where it has been, what it cost."""
