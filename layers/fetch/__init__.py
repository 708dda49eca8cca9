"""From the address of a public source to a checked local file: the only network code."""
