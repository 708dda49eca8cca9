"""What an unknown file is, and which of its columns mean what."""
