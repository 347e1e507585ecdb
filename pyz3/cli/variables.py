"""The environment variables that pyz3 obeys and that stand for no option: name → meaning, for the reference.

Those that stand for an option are with the option.
"""

from __future__ import annotations

VARIABLES: dict[str, str] = {
    "PYZ3_CACHE_DIR": "The cache. Default: `pyz3` in the user's cache folder, on Linux `~/.cache/pyz3`.",
    "PYZ3_CACHE_SIZE": "How large the cache may be: `2G`, `500M`, `1.5GiB`; `0` is no limit. Default: `5G`.",
    "PYZ3_RUNTIMES": "Interpreters of other platforms. Default: `pyz3-runtimes` in the user's cache folder.",
    "PYZ3_TRUST_CACHE": "`1`: use a cache that belongs to another user, or that others may write to.",
    "PYZ3_PYTHON_HEADERS": "Folders that hold `Python.h`, separated as `PATH` is. Like `--python-headers`.",
    "PYZ3_PREFIX": "Set for `before-build`: the empty folder into which it puts libraries and headers. "
    "Read by `pyz3 repair`: folders that libraries were installed into, separated as `PATH` is.",
    "PYZ3_EDITABLE_REBUILD": "`1`: importing from an editable install builds what has changed.",
    "SOURCE_DATE_EPOCH": "Date of the files in a wheel, in seconds since 1970. Default: that of 2020-01-01.",
    "MACOSX_DEPLOYMENT_TARGET": "Oldest macOS that is promised. Goes before `macos` in the configuration.",
    "SDKROOT": "An SDK of macOS, whose frameworks can be linked.",
    "TWINE_REPOSITORY": "Twine's, for `pyz3 publish`, as are those that follow.",
    "TWINE_REPOSITORY_URL": "The address of the index.",
    "TWINE_USERNAME": "The user; `__token__` for a token.",
    "TWINE_PASSWORD": "The password, or the token.",
    "UV_PUBLISH_CHECK_URL": "uv's: like `--check-url` of `pyz3 publish`.",
    "NO_COLOR": "No colours, whatever its value.",
    "FORCE_COLOR": "Colours in a log, too.",
    "PYENV_ROOT": "Where pyenv's interpreters are, whose headers are used.",
    "UV_PYTHON_INSTALL_DIR": "Where uv's are.",
    "CONDA_PREFIX": "Where conda's is; also the environment that `pyz3 develop` installs into.",
    "VIRTUAL_ENV": "The environment that `pyz3 develop` installs into.",
    "PATH": "Where other interpreters are looked for.",
    "GITHUB_ACTIONS": "`true`: groups, marks and a summary for GitHub, unless `--no-ci` is given.",
    "ZIG_TARGET": "Set for a `build.zig` of the project's own: the target, such as `aarch64-linux-gnu`.",
    "PYDUST_OPTIMIZE": "Set for a `build.zig` of the project's own: zig's mode. Default: `ReleaseFast`.",
}
