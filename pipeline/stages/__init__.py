"""Pure functions from layers to one layer: no files, network, clock, globals or Dask.

Those of the folder ``per_site`` are computed on slices of the sites by `pipeline.executor`; the others see all.
"""
