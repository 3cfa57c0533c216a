"""What a talk leaves behind on paper, and a day of talks outside the office."""
