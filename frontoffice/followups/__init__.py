"""What was promised for later: follow-ups, who has them, the calendar of them."""
