"""The stages of a run, in order, and the command that starts them."""
