"""How a page gets its key to the realtime side."""
