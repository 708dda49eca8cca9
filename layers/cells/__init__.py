"""One cell or one heading to one value: quantities, years, angles, assays, commodities, names."""
