"""Step 4: establish org, facility and channel context (OFM)."""
