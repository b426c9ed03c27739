"""What the explorer and the notebooks ask of the published copy; the app itself is notebooks/explorer.py."""
