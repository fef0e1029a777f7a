"""What can be done with accounts and sessions. Services get a session handed in and never commit."""
