"""Staff: accounts, passwords, signing in, and sessions that can be ended. People who seek help have no account."""
