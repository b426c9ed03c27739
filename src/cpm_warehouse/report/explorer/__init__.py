"""How the explorer shows the published copy; the app itself is notebooks/explorer.py."""
