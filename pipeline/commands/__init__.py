"""The command line and what each of its commands does; the only place that catches `MinewasteError`."""
