"""Sales (SCM)."""
