"""Stages that run on slices of the sites, on threads, processes or the workers of a Dask cluster: one row or several per site."""
