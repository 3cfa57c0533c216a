"""The public pages of campaigns and their events, and the calendars of them."""
