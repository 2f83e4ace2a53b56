//! Characters that turn a line around and are not seen (CVE-2021-42574) are shown wherever words of others stand: as a
//! pill on the page, by their names in lists, panels and notices.

use egui_kittest::kittest::Queryable as _;

use crate::room::{Room, settings};

const TRICK: &str = "pay\u{202e}exe.txt";

#[test]
fn overrides_are_seen_on_the_page_in_the_lists_and_in_the_inspector() {
    let marked = format!("{TRICK} title\n\n[Ali {TRICK}]{{actor}} said no.");
    let mut room = Room::open_with(&[&marked, "other\ntext"], settings(), |builder| builder.wgpu());
    room.harness.run_steps(4);
    // Compared with a picture, since a screen reader gets the words as they are.
    room.harness.snapshot("hidden_characters");
}

#[test]
fn the_name_of_a_file_cannot_turn_a_notice_around() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(format!("{TRICK}.bin"));
    std::fs::write(&file, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").unwrap();
    let mut room = Room::open(&["text"]);
    let ctx = room.harness.ctx.clone();
    room.harness.state_mut().import(&ctx, vec![file]);
    for _ in 0..1000 {
        room.harness.step();
        if room.harness.query_by_label_contains("exe.txt.bin").is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    room.harness.get_by_label_contains("pay‹RLO›exe.txt.bin");
}
