"""Step 6: publish products (PMC)."""
