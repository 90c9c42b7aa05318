"""How a run is told: model, recorder, compliance report, command line."""
