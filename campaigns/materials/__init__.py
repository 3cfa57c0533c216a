"""What the town is given to read: leaflets, posters, easy-read texts, and how often they are."""
