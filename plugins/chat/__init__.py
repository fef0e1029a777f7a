"""Chat: a help seeker and a helper talk, one to one, in real time. What the plugin is, `plugin.toml` says."""
