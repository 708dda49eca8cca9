"""Candidates, folds, judgement and calibration of the model."""
