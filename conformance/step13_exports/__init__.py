"""Step 13: exports and offboarding (Accounting, UTL)."""
