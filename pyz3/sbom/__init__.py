"""What is in the binaries of a wheel: a software bill of materials, for ``.dist-info/sboms`` (PEP 770)."""

from pyz3.sbom.document import FILE, Contained, StaticLibrary, Tool, make_sbom
from pyz3.sbom.evidence import Evidence, find_parts
from pyz3.sbom.parts import Part, parts
from pyz3.sbom.texts import FOLDER, texts_of

__all__ = (
    "FILE",
    "FOLDER",
    "Contained",
    "Evidence",
    "Part",
    "StaticLibrary",
    "Tool",
    "find_parts",
    "make_sbom",
    "parts",
    "texts_of",
)
