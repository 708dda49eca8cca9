"""Clean inputs with a known answer, changed in every way that real files are: each result is right, told or refused."""
