"""Publishes what a build made, signed by what it rests on, and keeps it."""
