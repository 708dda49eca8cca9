"""One printable sheet per site."""
