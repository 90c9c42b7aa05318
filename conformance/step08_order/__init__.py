"""Step 8: the lifecycle of orders (SCM)."""
