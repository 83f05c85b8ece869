"""Study cards: the course's files, what a student answered, when a card comes back, and the way to Anki."""
