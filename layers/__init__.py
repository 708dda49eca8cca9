"""What minewaste reads, and what every table must look like."""

from layers.gdal import confine

confine()
