"""What minewaste reads, and what every table must look like."""
