"""What each sample host answers: pure functions from a path and a night to an answer."""
