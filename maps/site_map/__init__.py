"""The interactive map: one page, offline."""
