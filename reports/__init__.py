"""How a run is told.

The recorder and the controller are plugins of pytest's that collect it; it is assembled to a model
with a verdict; `writers` tell it in each format; `commands` work on what they wrote.
"""
