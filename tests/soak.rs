//! The window for hours: thousands of edits, and a monkey at keyboard and mouse. Memory and waiting do not grow with what
//! was done, nothing panics, and what is on disk is what was shown.
//!
//! `HASHIYA_SOAK=1000` does ten times as much (it is in percent); `HASHIYA_SOAK_SEED` chooses another monkey.
#![cfg(feature = "gui")]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "tests"
)]

#[path = "window/room.rs"]
#[allow(dead_code, reason = "the window's own tests use the rest")]
mod room;

use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, pos2, vec2};
use hashiya::session::Session;
use hashiya::store::sim::Dice;

use room::{Room, settings};

const EDITS: usize = 10_000;
const EVENTS: usize = 50_000;

/// One after the other: each looks at the memory of the whole process.
static ALONE: Mutex<()> = Mutex::new(());

/// Prints a figure also where the test passes and its output is kept back.
fn say(what: &str) {
    let mut out = std::io::stderr();
    writeln!(out, "    {what}").unwrap();
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn scaled(count: usize) -> usize {
    count * number("HASHIYA_SOAK", 100) as usize / 100
}

/// Memory this process holds, in MB; nothing where the system does not tell.
fn memory() -> Option<f64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(pages.split_whitespace().nth(1)?.parse::<f64>().ok()? * 4096.0 / 1e6)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[test]
fn ten_thousand_edits_leave_memory_and_waiting_as_they_were() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let text = "قال علي: لا. ".to_owned() + &"قال الوزير إن بغداد لا تحتاج إلى ذلك.\n".repeat(12);
    let mut room = Room::open(&[&text]);
    room.drag_over("علي");
    room.press(Key::Num1);
    assert_eq!(room.selected_span(), "علي");
    let edits = scaled(EDITS);
    let (mut times, mut held) = (Vec::with_capacity(edits), Vec::new());
    for nth in 0..edits {
        let begun = Instant::now();
        // Another label, and another, and now and then back and forth.
        match nth % 10 {
            8 => room.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z),
            9 => room.harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z),
            other => room.harness.key_press_modifiers(Modifiers::NONE, [Key::Num2, Key::Num1][other % 2]),
        }
        room.harness.step();
        times.push(begun.elapsed());
        if nth % (edits / 10) == edits / 10 - 1 {
            held.extend(memory());
        }
    }
    let desk = room.desk();
    desk.session.sync().unwrap();
    let hashiya::session::Saved::Everything { edits: saved } = desk.session.saved() else {
        panic!("all is saved")
    };
    assert!(saved as usize > edits * 9 / 10, "the keys made {saved} edits");
    let (first, last) = (median(times[100..200].to_vec()), median(times[edits - 100..].to_vec()));
    let ratio = last.as_secs_f64() / first.as_secs_f64();
    say(&format!(
        "{saved} edits: frame {first:?} at first, {last:?} at last, ratio {ratio:.2}; memory {held:.0?} MB"
    ));
    // Loose, for busy machines: what grows with the number of edits grows a hundredfold here.
    assert!(ratio < 5.0, "the last frames take {ratio:.1} times as long as the first");
    if let [early, .., late] = held.as_slice() {
        // Undo without limit keeps each edit: about a kilobyte.
        let allowed = 32.0 + edits as f64 * 0.004;
        assert!(late - early < allowed, "memory grew from {early:.0} to {late:.0} MB");
    }
}

fn copy(from: &Path, to: &Path) {
    assert!(std::process::Command::new("cp").arg("-r").arg(from).arg(to).status().unwrap().success());
}

const WORDS: [&str; 8] = ["قال", "a", "بغداد ", "\u{202e}", "😀", "1", "\n", "من 2026 "];

/// Something that a hand or a cat may do.
fn event(dice: &mut Dice, at: &mut Pos2, modifiers: &mut Modifiers) -> Vec<Event> {
    let here = |dice: &mut Dice| pos2(dice.below(1440) as f32, dice.below(900) as f32);
    let button = |pos, pressed, modifiers| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers,
    };
    match dice.below(20) {
        0..4 => {
            *at = here(dice);
            vec![Event::PointerMoved(*at)]
        }
        4..7 => vec![button(*at, true, *modifiers), button(*at, false, *modifiers)],
        7 => {
            let from = *at;
            *at = here(dice);
            vec![button(from, true, *modifiers), Event::PointerMoved(*at), button(*at, false, *modifiers)]
        }
        8 => vec![Event::PointerButton {
            pos: *at,
            button: PointerButton::Secondary,
            pressed: dice.coin(),
            modifiers: *modifiers,
        }],
        9 => {
            let any = [Modifiers::NONE, Modifiers::COMMAND, Modifiers::SHIFT, Modifiers::ALT];
            *modifiers = *dice.pick(&any).unwrap() | *dice.pick(&any).unwrap();
            vec![Event::ModifiersChanged(*modifiers)]
        }
        10 => vec![Event::Text((*dice.pick(&WORDS).unwrap()).to_owned())],
        11 => vec![Event::MouseWheel {
            unit: MouseWheelUnit::Line,
            delta: vec2(0.0, dice.below(21) as f32 - 10.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: *modifiers,
        }],
        12 => vec![Event::Copy, Event::Paste(WORDS.concat().repeat(1 + dice.below(4)))],
        13 => vec![Event::WindowFocused(dice.coin())],
        _ => {
            // Digits, arrows and the keys for what is done most come more often.
            let often = [
                Key::Num1,
                Key::Num2,
                Key::Num4,
                Key::ArrowLeft,
                Key::ArrowRight,
                Key::Tab,
                Key::Enter,
                Key::Escape,
            ];
            let key = if dice.coin() { *dice.pick(&often).unwrap() } else { *dice.pick(Key::ALL).unwrap() };
            let press = |pressed| Event::Key {
                key,
                physical_key: None,
                pressed,
                repeat: false,
                modifiers: *modifiers,
            };
            vec![press(true), press(false)]
        }
    }
}

#[test]
fn a_monkey_breaks_nothing_and_loses_nothing() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("study");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("projects/iraq-withdrawal"), &root);
    let mut room = Room::over(folder, root.clone(), settings(), |builder| builder);
    let seed = number("HASHIYA_SOAK_SEED", 11);
    let mut dice = Dice::new(seed);
    let (mut at, mut modifiers) = (pos2(700.0, 400.0), Modifiers::NONE);
    let (events, mut done, mut frames) = (scaled(EVENTS), 0, 0);
    let begun = Instant::now();
    while done < events {
        // Some events come within one frame, as from a busy machine.
        for _ in 0..=dice.below(6) {
            let made = event(&mut dice, &mut at, &mut modifiers);
            done += made.len().max(1);
            room.harness.input_mut().events.extend(made);
        }
        room.harness.step();
        frames += 1;
        if done % 5_000 < 6 {
            room.harness.set_size(vec2(700.0 + dice.below(1000) as f32, 450.0 + dice.below(600) as f32));
        }
    }
    let desk = room.desk();
    desk.session.sync().unwrap();
    let hashiya::session::Saved::Everything { edits } = desk.session.saved() else { panic!("all is saved") };
    let alive = desk.session.project().clone();
    // As after a crash: nothing is closed.
    let mut found = Session::open_read_only(&root).unwrap();
    for (key, layer) in alive.layers() {
        found.session.load(&key.article, &key.annotator);
        assert_eq!(found.session.project().layer(key), Some(layer), "{key}");
    }
    let found = found.session.project();
    assert_eq!(found.articles(), alive.articles());
    assert_eq!(
        (&found.name, &found.codebook, &found.entities),
        (&alive.name, &alive.codebook, &alive.entities)
    );
    assert_eq!(found.annotators, alive.annotators);
    say(&format!(
        "monkey {seed}: {done} events in {frames} frames, {:.0?}, {edits} edits; memory {:.0?} MB",
        begun.elapsed(),
        memory().unwrap_or_default()
    ));
    assert!(edits > 20, "the monkey did something: {edits} edits");
}
