"""Step 12: events (IPM, RBS)."""
