"""Shows what is published: the pack of a month, and the explorer."""
