"""Known public sources: one YAML file each, and the model they satisfy."""
