"""Pure functions from layers to one layer: no files, network, clock, globals or Dask."""
