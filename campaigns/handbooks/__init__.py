"""The handbook of services, made from the registry: a book to print and pages to read."""
