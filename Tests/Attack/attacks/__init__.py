"""Attacks on a real coordinator, over loopback, and what they cost it."""
