"""The integration plane (IPM)."""
