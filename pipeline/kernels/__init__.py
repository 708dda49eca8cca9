"""Arrays in, arrays out: the searches, grids and zones that stages stand on."""
