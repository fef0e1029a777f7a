"""The worker: what happens by the clock instead of by a request."""
