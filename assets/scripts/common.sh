# shellcheck shell=bash disable=SC2034
# Shared by ./run and ./test: what must be installed, and how it gets there. Sourced, never run.

WINDOW_PACKAGES=(libgl1 libegl1 libgl1-mesa-dri libxkbcommon-x11-0 libxcursor1 libxi6 libxrandr2)
SCREEN_PACKAGES=(xvfb xdotool imagemagick python3)
TEST_PACKAGES=(mesa-vulkan-drivers libvulkan1 xclip strace faketime desktop-file-utils shared-mime-info appstream python3-venv)

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 2
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# Installs the named Debian packages that are not there yet; elsewhere than on Debian and its kin it does nothing.
need_packages() {
    have dpkg-query && have apt-get || return 0
    local package missing=() prefix=()
    for package; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        if have sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
            prefix=(sudo)
        else
            die "packages are missing and only root can install them: apt-get install ${missing[*]}"
        fi
    fi
    echo "installing ${missing[*]}"
    local apt=("${prefix[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120)
    "${apt[@]}" update </dev/null >/dev/null || echo "the package lists could not be renewed; trying with the old ones" >&2
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >/dev/null ||
        die "these packages could not be installed: ${missing[*]}"
}

# Finds cargo, checks its age against Cargo.toml, and adds a linker and the named rustup components where they are missing.
need_rust() {
    have cargo || PATH="${CARGO_HOME:-${HOME:-}/.cargo}/bin:$PATH"
    local wanted found component
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    have cargo || die "Rust is missing: install version $wanted or newer with rustup and start this again"
    found=$(rustc --version | cut -d ' ' -f 2)
    [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ] ||
        die "Rust $found is too old, $wanted is needed: rustup update stable"
    for component; do
        cargo "$component" --version >/dev/null 2>&1 && continue
        [ "$component" = fmt ] && component=rustfmt
        have rustup || die "cargo $component is missing: install it beside cargo"
        rustup component add "$component"
    done
    have cc || need_packages build-essential
}
