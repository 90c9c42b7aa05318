"""The product model (PVM)."""
