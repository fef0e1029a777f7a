"""What can be done with keys, one thing a file. None of it commits."""
