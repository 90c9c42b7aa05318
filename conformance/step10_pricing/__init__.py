"""Step 10: pricing and promotions (PPM)."""
