"""Who may do what: one table of permissions, the rule for web requests, and tokens for the realtime side."""
