"""Takes submissions of providers into the lake, each whole or not at all."""
