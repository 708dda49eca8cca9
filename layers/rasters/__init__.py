"""Rasters described, checked, read by window and written."""
