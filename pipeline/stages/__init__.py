"""Pure functions from layers to one layer: no files, network, clock, globals or Dask.

Files that begin with "On workers, per site" are computed on slices of the sites by `pipeline.executor`; the others see all.
"""
