"""People and workplaces of projects in the admin."""
