"""What lies on disk: the store of stages, the published tables, the model file."""
