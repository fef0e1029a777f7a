"""Live news and domain events: the interfaces that the realtime and worker rooms fulfil."""
