"""A plugin that writes down all that a plugin can see of a visit; the proof of P1 searches it for canaries."""
