"""``python -m pyz3`` is the command ``pyz3``."""

from pyz3._interruption import end_at_once


def main(program: str = "pyz3") -> None:
    """Run the command line and exit."""
    end_at_once()
    from pyz3.cli import main as run  # noqa: PLC0415 - a quarter of a second, in which Ctrl-C may come

    run(program=program)


if __name__ == "__main__":
    main("python -m pyz3")
