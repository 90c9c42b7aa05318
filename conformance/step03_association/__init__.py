"""Step 3: confirm org association (OFM)."""
