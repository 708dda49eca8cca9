"""Provinces."""
