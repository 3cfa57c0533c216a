"""What is spent, by whom it is supplied and asked for, in the admin."""
