# shellcheck shell=sh
# How Wine is started; it is read, not run.
unset DISPLAY WAYLAND_DISPLAY PYTHONHOME
export WINEARCH=win64 WINEDEBUG=${WINEDEBUG:--all}
# With a debugger a crash ends with exit code 0 every other time.
export WINEDLLOVERRIDES="winemenubuilder.exe,winedbg.exe,mscoree,mshtml=d"
