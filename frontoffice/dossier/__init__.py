"""What is known of a person beyond their data: notes, relatives, one record out of two."""
