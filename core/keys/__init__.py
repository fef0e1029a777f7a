"""The root of trust: an organisation's key, helpers' keys and shifts, and the public list that vouches for them."""
