"""``python -m pyz3`` is the command ``pyz3``."""

from pyz3.cli import main

if __name__ == "__main__":
    main(program="python -m pyz3")
