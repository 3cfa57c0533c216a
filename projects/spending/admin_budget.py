"""How the budget changes, and costs without invoices, in the admin."""
