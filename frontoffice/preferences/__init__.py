"""How a municipality's desk is set: its topics, templates of notes, when a look needs a reason."""
