"""Raw rows to a layer, with the rows that were rejected and why."""
