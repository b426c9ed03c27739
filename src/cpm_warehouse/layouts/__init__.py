"""How providers' files really look, as data beside the contracts of the extracts."""
