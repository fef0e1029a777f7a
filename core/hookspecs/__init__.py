"""What a plugin may say (declarations) and be told (occasions), and the values that travel in them."""
