"""What staff did: who, what and when; no content, and nothing of anyone who seeks help."""
