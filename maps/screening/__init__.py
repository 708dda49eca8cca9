"""What lies near a community, a Nation's area or an outline."""
