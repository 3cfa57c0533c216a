"""The admin pages of this part of campaigns."""
