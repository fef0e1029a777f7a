"""Static files and brands."""
