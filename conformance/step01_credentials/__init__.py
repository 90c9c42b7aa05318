"""Step 1: acquire credentials (UAS, USM)."""
