"""Places at events: registered by citizens, counted at the door, forgotten afterwards."""
