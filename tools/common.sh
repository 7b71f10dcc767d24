# SPDX-License-Identifier: Apache-2.0
# Sourced by the project's scripts: installing what they need, building as the invoking user.

build_packages="g++ meson ninja-build pkg-config libboost1.81-dev libfmt-dev
    nlohmann-json3-dev libcli11-dev libiscsi-dev libudev-dev libsystemd-dev doctest-dev scdoc"

# need PACKAGE...: installs what is missing, asking nothing and removing nothing.
need() {
    missing=
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
            missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        echo "These packages are missing:$missing" >&2
        echo "Run this script with sudo, or install them first: apt-get install$missing" >&2
        exit 1
    fi
    echo "installing:$missing"
    # An option of our own only in the child: apt asks nothing and keeps changed files.
    # shellcheck disable=SC2086
    if ! { install_quietly $missing || { quietly apt-get -q update && install_quietly $missing; }; }; then
        echo "apt could not install:$missing" >&2
        echo "If it says that a package would be removed or conflicts (libboost1.74-dev does" >&2
        echo "with libboost1.81-dev), decide that yourself, install them, and run this again." >&2
        exit 1
    fi
}

install_quietly() {
    quietly env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends --no-remove \
        -o DPkg::Lock::Timeout=300 install "$@"
}

# unpack DIRECTORY PACKAGE...: downloads packages and unpacks each into DIRECTORY/PACKAGE; installs
# nothing. What is there already stays.
unpack() {
    into=$1
    shift
    for package in "$@"; do
        [ ! -d "$into/$package" ] || continue
        as_user mkdir -p "$into" || exit 1
        if ! quietly unpack_one "$into" "$package" &&
            ! { [ "$(id -u)" -eq 0 ] && quietly apt-get -q update && quietly unpack_one "$into" "$package"; }; then
            echo "apt could not download $package, whose files the tests need:" >&2
            echo "apt-get update, look that this machine reaches its mirror, and run this again." >&2
            exit 1
        fi
    done
}

unpack_one() (
    cd "$1" &&
        rm -rf "$2.part" "$2"_*.deb &&
        as_user apt-get -q download "$2" &&
        as_user dpkg-deb -x "$2"_*.deb "$2.part" &&
        mv "$2.part" "$2" &&
        rm -f "$2"_*.deb
)

# quietly COMMAND...: its output only if it fails.
quietly() {
    log=$(mktemp)
    "$@" >"$log" 2>&1 </dev/null
    status=$?
    [ "$status" -eq 0 ] || tail -n 20 "$log" >&2
    rm -f "$log"
    return "$status"
}

# as_user COMMAND...: runs it as the user who called sudo, so that no file of root's is left
# in the tree.
as_user() { (exec_as_user "$@"); }

# exec_as_user COMMAND... &: the same in the background, where $! is then the command itself and
# not a shell that waits for it.
exec_as_user() {
    if [ "$(id -u)" -eq 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ]; then
        exec runuser -u "$SUDO_USER" -- "$@"
    else
        exec "$@"
    fi
}

# Files of one folder are compiled twelve at a time: headers cost more than what is in the files. A
# build to work in is better without (a change compiles one file), and so is one that is shipped.
together="-Dunity=on -Dunity_size=12"

# configure DIRECTORY MESON-OPTION...: sets a build directory up once, and again if that failed.
configure() {
    directory=$1
    shift
    [ -f "$directory/build.ninja" ] || as_user meson setup --wrap-mode=nofallback "$@" "$directory" ||
        { echo "meson setup failed: see $directory/meson-logs/meson-log.txt" >&2; exit 1; }
}

# strict_build: what is installed and tested as it would be shipped, in build/strict.
strict_build() {
    configure build/strict --werror -Dbuildtype=release -Dtests=false --prefix=/usr &&
        as_user ninja -C build/strict -j2
}
