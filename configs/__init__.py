"""Run files that ship with minewaste: data, no code. Installed as ``layers.configs``."""
