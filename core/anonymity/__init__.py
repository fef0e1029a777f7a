"""What strips, blurs and forgets: nothing behind this room ever learns where somebody comes from."""
