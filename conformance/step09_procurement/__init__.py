"""Step 9: procurement (PCM)."""
