"""Reports for a period in the admin."""
