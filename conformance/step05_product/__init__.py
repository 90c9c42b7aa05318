"""Step 5: create the product model (PVM)."""
