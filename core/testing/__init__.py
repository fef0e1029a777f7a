"""For tests, of the core and of plugin authors alike: databases, organisations, clocks. Never in production."""
