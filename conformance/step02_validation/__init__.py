"""Step 2: validate credentials (USM)."""
