"""The report of a run, the check page, the model card and their figures."""
