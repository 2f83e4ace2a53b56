# shellcheck shell=bash
# A virtual screen for one window: start it, wait, take a picture, close the window as a person would. Sourced, never run.

# Starts the screen and points DISPLAY at it; it ends with the shell that started it.
start_screen() {
    local size=$1 said
    said=$(mktemp)
    Xvfb -displayfd 3 -screen 0 "${size}x24" -nolisten tcp 3>"$said" >/dev/null 2>&1 &
    screen_process=$!
    trap 'stop_screen' EXIT
    for _ in $(seq 100); do
        [ -s "$said" ] && break
        sleep 0.1
    done
    DISPLAY=:$(cat "$said")
    rm -f "$said"
    [ "$DISPLAY" != : ] || die "the virtual screen did not start"
    unset WAYLAND_DISPLAY WAYLAND_SOCKET
    export DISPLAY LIBGL_ALWAYS_SOFTWARE=1 screen_size=$size
}

stop_screen() {
    kill "${program:-}" 2>/dev/null || true
    kill "$screen_process" 2>/dev/null || true
}

# Opens a program with its arguments; $program is its process, $window its window, filling the screen.
open_window() {
    "$@" </dev/null &
    program=$!
    window=
    for _ in $(seq 300); do
        window=$(xdotool search --onlyvisible --name . 2>/dev/null | tail -n 1) || true
        [ -z "$window" ] || break
        kill -0 "$program" 2>/dev/null || return 1
        sleep 0.1
    done
    [ -n "$window" ] || return 1
    xdotool windowmove "$window" 0 0 windowsize "$window" "${screen_size%x*}" "${screen_size#*x}" windowfocus "$window"
}

# Writes the screen to a PNG a second after it shows more than a plain surface; fails when it stays plain for 15 s or the program ends.
picture() {
    for _ in $(seq 30); do
        sleep 0.5
        kill -0 "$program" 2>/dev/null || return 1
        import -window root "$1"
        [ "$(identify -format '%k' "$1")" -ge 64 ] || continue
        sleep 1
        import -window root "$1"
        return
    done
    return 1
}

# Asks the window to close and gives the program's exit status; 124 when it is still there after 15 s.
close_window() {
    python3 assets/scripts/close_window.py "$window"
    for _ in $(seq 150); do
        kill -0 "$program" 2>/dev/null || { wait "$program"; return; }
        sleep 0.1
    done
    return 124
}
