"""Stock (ICS)."""
