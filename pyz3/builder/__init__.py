"""From what was asked for to wheels.

``api`` is for Python code; ``project_build`` selects and plans for one project; ``line`` alone knows the
order of the stages after that.  ``foreign`` describes projects with a build backend of their own;
``compiling`` runs platforms side by side, ``platform`` takes one from headers to audited binaries;
``packing`` makes archives.
"""

from pyz3.builder.api import BuildConfig, WheelBuilder, build_wheel
from pyz3.builder.choice import every_target
from pyz3.builder.closed import Inputs, inputs_of
from pyz3.builder.packing import Contents, build_sdist, read_contents, read_epoch
from pyz3.builder.project_build import ProjectBuild

__all__ = (
    "BuildConfig",
    "Contents",
    "Inputs",
    "ProjectBuild",
    "WheelBuilder",
    "build_sdist",
    "build_wheel",
    "every_target",
    "inputs_of",
    "read_contents",
    "read_epoch",
)
