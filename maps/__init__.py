"""Tables in, HTML out."""
