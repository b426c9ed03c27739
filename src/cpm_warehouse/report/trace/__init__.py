"""From a result to the rows behind it, and from a row to the results that it is in.

`published.py` asks the publication alone, and whoever has it can; `rows.py` goes on to the rows of the lake, by
the rules of the build that the warehouse still holds.
"""
