# shellcheck shell=bash disable=SC2034
# Debian packages, downloaded and unpacked below DEST, but not installed.  Sourced.

# need COMMAND PACKAGE...: have COMMAND, from Debian's packages if it is missing, we are root, and may_install.
need() {
  local command=$1; shift
  ! command -v "$command" >/dev/null || return 0
  if [ -z "${may_install-}" ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "'$command' is missing; install it first: apt-get install $*" >&2; return 1
  fi
  echo "  installing $*"
  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@"; } \
    >"$DEST/log/apt" 2>&1 || { tail -n 5 "$DEST/log/apt" >&2; return 1; }
}

# pip ARG...: the host's pip, of any Python there is, or of PYTHON.
pip() {
  local python=${PYTHON:-python3}
  need "$python" python3
  "$python" -m pip --version >/dev/null 2>&1 || need pip3 python3-pip
  "$python" -m pip -q --disable-pip-version-check "$@"
}

# suite_of X.Y: the Debian release that carries this Python.
suite_of() {
  case $1 in 3.11) echo bookworm;; 3.13) echo trixie;; 3.14|3.15) echo sid;;
    *) echo "no Debian release known for Python $1" >&2; return 1;; esac
}

# use_apt ARCH SUITE: set APT to an apt-get option list with state of its own, in which no package
# counts as installed; the mirror is the one the host itself uses.
use_apt() {
  need apt-get apt; need dpkg-deb dpkg
  local r=$DEST/cache/apt-$2-$1 keys=/usr/share/keyrings/debian-archive-keyring.gpg mirror opt
  mkdir -p "$r/lists/partial"; : >"$r/status"
  mirror=$(. /etc/os-release; apt-get update --print-uris |
           sed -n "s#^'\(.*\)/*dists/$VERSION_CODENAME/InRelease'.*#\1#p" | head -n1)
  [ -n "$mirror" ] || { echo "cannot tell the host's Debian mirror" >&2; return 1; }
  opt="[arch=$1$([ ! -e $keys ] || echo " signed-by=$keys")]"
  printf "%s $opt $mirror $2 main\n" deb deb-src >"$r/sources.list"
  APT=(-qq -o "APT::Architecture=$1" -o "APT::Architectures::=$1" -o "Dir::State=$r"
       -o "Dir::State::status=$r/status" -o "Dir::State::lists=$r/lists" -o "Dir::Cache=$r"
       -o "Dir::Etc::sourcelist=$r/sources.list" -o Dir::Etc::sourceparts=/dev/null
       -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
       -o Acquire::Languages=none -o APT::Sandbox::User=root)
  if [ "$(cat "$r/updated" 2>/dev/null)" != $$ ]; then   # once per run of this script
    apt-get "${APT[@]}" update; echo $$ >"$r/updated"
  fi
}

# fetch_debs DIR ARCH SUITE PACKAGE...: these .debs alone.
fetch_debs() {
  local dir=$1; use_apt "$2" "$3"; shift 3
  rm -rf "$dir"; mkdir -p "$dir"; (cd "$dir" && apt-get "${APT[@]}" download "$@")
}

# fetch_closure DIR ARCH SUITE PACKAGE...: these .debs and all they depend on.
fetch_closure() {
  local dir=$1; use_apt "$2" "$3"; shift 3
  rm -rf "$dir"; mkdir -p "$dir/partial"
  apt-get "${APT[@]}" -o "Dir::Cache::archives=$dir" -y --no-install-recommends --download-only install "$@"
}

# fetch_source DIR SUITE PACKAGE: its upstream source, unpacked in DIR (sid's mostly give 404).
fetch_source() {
  local dir=$1 tmp; use_apt amd64 "$2"
  need xz xz-utils; need dpkg-source dpkg-dev
  tmp=$(mktemp -d -p "$DEST/cache"); rm -rf "$dir"; mkdir -p "$dir"
  (cd "$tmp" && apt-get "${APT[@]}" source --download-only --tar-only "$3")
  tar -xf "$tmp"/*.orig.tar.[gx]z -C "$dir" --strip-components=1
  rm -rf "$tmp"
}

# unpack ROOT DIR: all .debs of DIR, into a file system root with merged /usr.
unpack() {
  local l d
  for l in bin sbin lib lib64; do mkdir -p "$1/usr/$l"; ln -sfn "usr/$l" "$1/$l"; done
  for d in "$2"/*.deb; do
    dpkg-deb --fsys-tarfile "$d" |
      tar -x -C "$1" --keep-directory-symlink --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*'
  done
  rm -rf "$2"
}

# launcher NAME: put stdin at DEST/bin/python-NAME, once it has run a little program.
launcher() {
  local new=$DEST/opt/.launcher out rc=0
  cat >"$new"; chmod +x "$new"
  out=$("$new" -c 'import sys, json; print(sys.version); sys.exit(7)' </dev/null) || rc=$?
  [ $rc = 7 ] || { echo "$1 does not run (exit code $rc): $out" >&2; return 1; }
  echo "  $1: Python ${out%%[$'\r\n']*}"
  mv "$new" "$DEST/bin/python-$1"
}
