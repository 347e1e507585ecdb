"""What the release's build scripts share."""

import pathlib

version = (pathlib.Path(__file__).parent.parent / "release.txt").read_text().strip()
