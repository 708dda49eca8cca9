"""What a table of samples means: its columns, results below a limit, regional standard scores."""
