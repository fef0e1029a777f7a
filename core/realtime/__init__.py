"""The realtime process: handshake, gate per event, journal, delivery. It knows streams and entries, and no plugin."""
