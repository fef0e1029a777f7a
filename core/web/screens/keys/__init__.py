"""Keys: a helper's shift, a coordinator's care for the organisation's key, and the public list."""
