"""Step 7: stock and inventory (ICS)."""
