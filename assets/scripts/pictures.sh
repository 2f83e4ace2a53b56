#!/usr/bin/env bash
# Makes the README's pictures anew: the real window on a virtual screen over a copy of the sample project.
# Run it after a change of the window, look at what it wrote to docs/pictures/, and commit that with the change.
set -euo pipefail
cd "$(dirname "$0")/../.."
. assets/scripts/common.sh
. assets/scripts/screen.sh
need_packages "${WINDOW_PACKAGES[@]}" "${SCREEN_PACKAGES[@]}"
cargo build --locked
place=$(mktemp -d)
cp -a projects/iraq-withdrawal "$place/project"
mkdir -p docs/pictures "$place/home"
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME

keys() { for key in "$@"; do xdotool key --clearmodifiers "$key"; sleep 0.15; done; }
shoot() { sleep 0.7; import -window root "docs/pictures/$1.png"; echo "docs/pictures/$1.png"; }

start_screen 1440x900
open_window env HOME="$place/home" XDG_RUNTIME_DIR="$place/home" target/debug/hashiya "$place/project" || die "no window appeared"
picture "$place/first.png" || die "the window stayed empty"
# The claim of the first paragraph; the ninth span in reading order.
keys Tab Tab Tab Tab Tab Tab Tab Tab Tab
shoot work-dark
keys ctrl+shift+l
shoot work-light
keys c
shoot link
keys Escape ctrl+k
shoot palette
keys Escape question
shoot keys
keys Escape ctrl+e
sleep 1
keys Down Down Down
sleep 1
shoot dataset
keys Escape
close_window || die "the program did not end cleanly"
rm -rf "$place"
