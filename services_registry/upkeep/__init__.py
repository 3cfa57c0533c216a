"""The registry kept true: confirmations, reminders, errors reported, changes proposed."""
