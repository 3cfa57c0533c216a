"""Services from a spreadsheet: read, matched, checked, loaded all or nothing, undone."""
