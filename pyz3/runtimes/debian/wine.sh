# shellcheck shell=bash disable=SC2034
# Wine of Debian's packages.  Sourced.

wine_setup() {
  local w=$DEST/opt/wine dlls=$DEST/opt/wine/usr/lib/x86_64-linux-gnu/wine/x86_64-windows
  [ ! -e "$w/run" ] || return 0
  rm -rf "$w" "$DEST/opt/wineprefix"
  fetch_debs "$DEST/cache/debs" amd64 bookworm wine64 libwine libunwind8 liblzma5 libz-mingw-w64
  unpack "$w" "$DEST/cache/debs"
  # The packaged wineserver is a script with a fixed /usr path.
  ln -sf wineserver64 "$w/usr/lib/wine/wineserver"
  # What the package does when installed: zlib1.dll marked as one of Wine's own (user32 needs it).
  cp "$w/usr/x86_64-w64-mingw32/lib/zlib1.dll" "$dlls/"
  { printf 'Wine builtin DLL'; head -c 16 /dev/zero; } |
    dd of="$dlls/zlib1.dll" bs=1 seek=64 conv=notrunc status=none
  # Debug information is two thirds of it all.
  ! command -v strip >/dev/null || find "$dlls" -type f -exec strip --strip-debug {} + 2>/dev/null || :
  { cat "$launchers/wine-settings.sh"; cat <<-END
	export WINEPREFIX="$DEST/opt/wineprefix" LD_LIBRARY_PATH="$w/usr/lib/x86_64-linux-gnu"
	export WINELOADER="$w/usr/lib/wine/wine64" WINESERVER="$w/usr/lib/wine/wineserver64"
	END
  } >"$w/env"
  ( . "$w/env"
    timeout 300 "$WINELOADER" wineboot -i; timeout 60 "$WINELOADER" winecfg -v win10
    timeout 60 "$WINESERVER" -w ) </dev/null >"$DEST/log/wine" 2>&1
  cp "$launchers/wine.sh" "$w/run.new"
  chmod +x "$w/run.new"; mv "$w/run.new" "$w/run"
}
