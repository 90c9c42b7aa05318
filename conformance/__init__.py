"""What is checked: the checklist as data, the contract as data, and the checks."""

# Also in pyproject.toml; a test holds the two together.
__version__ = "0.1.0"
