"""The whole stack: rules that every service keeps, each checked over all operations it holds for.

The tables beside the checks say which operations and which requirements of each service these are.
"""
