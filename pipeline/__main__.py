"""``python -m pipeline`` is the command ``minewaste``."""

from pipeline.commands.cli import main

if __name__ == "__main__":
    main()
