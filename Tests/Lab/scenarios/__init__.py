"""What the lab tries, and what must be true afterwards."""
