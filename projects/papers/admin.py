"""The archive and the obligations of projects in the admin."""
