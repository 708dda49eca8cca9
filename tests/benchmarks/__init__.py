"""Benchmarks: the hot steps and the whole chain against the common way, peers and the physical limit."""
