//! The window as it looks: the sample project in light and dark, at one and one and a half pixels a point.
//! `UPDATE_SNAPSHOTS=1 cargo test --test window pictures` writes the pictures anew; look at them before committing.

use std::path::Path;

use egui::{Key, vec2};
use hashiya::app::{ReaderFont, Settings, ThemeChoice};

use crate::room::{Room, settings};

/// The sample project in a temporary folder.
fn sample(settings: Settings, size: egui::Vec2, scale: f32) -> Room {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("projects/iraq-withdrawal");
    let root = folder.path().join("iraq-withdrawal");
    let status = std::process::Command::new("cp").arg("-r").arg(from).arg(&root).status().unwrap();
    assert!(status.success());
    let settings = Settings { annotator: "annotator-a".into(), ..settings };
    Room::over(folder, root, settings, |builder| builder.with_size(size).with_pixels_per_point(scale).wgpu())
}

fn theme(theme: ThemeChoice) -> Settings {
    Settings { theme, ..settings() }
}

/// Selects the claim of the first paragraph, by keys.
fn select_claim(room: &mut Room) {
    for _ in 0..9 {
        room.press(Key::Tab);
    }
    room.harness.run_steps(4);
}

#[test]
fn light() {
    let mut room = sample(theme(ThemeChoice::Light), vec2(1440.0, 900.0), 1.0);
    select_claim(&mut room);
    room.harness.snapshot("work_light");
}

#[test]
fn dark() {
    let mut room = sample(theme(ThemeChoice::Dark), vec2(1440.0, 900.0), 1.0);
    select_claim(&mut room);
    room.harness.snapshot("work_dark");
}

#[test]
fn light_on_a_dense_screen() {
    let mut room = sample(theme(ThemeChoice::Light), vec2(1100.0, 700.0), 1.5);
    select_claim(&mut room);
    room.harness.snapshot("work_light_dense");
}

#[test]
fn dark_on_a_dense_screen() {
    let mut room = sample(theme(ThemeChoice::Dark), vec2(1100.0, 700.0), 1.5);
    room.harness.snapshot("work_dark_dense");
}

#[test]
fn in_a_small_window() {
    let mut room = sample(theme(ThemeChoice::Light), vec2(1024.0, 700.0), 1.0);
    select_claim(&mut room);
    room.harness.snapshot("work_small");
}

#[test]
fn in_naskh() {
    let settings = Settings { font: ReaderFont::NotoNaskhArabic, ..theme(ThemeChoice::Light) };
    let mut room = sample(settings, vec2(1100.0, 700.0), 1.0);
    room.harness.snapshot("work_naskh");
}
