"""A project on one page: its money, its time, its results, its people, what threatens it."""
