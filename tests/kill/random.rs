//! Killed at a random moment, again and again on the same project.

use std::path::Path;
use std::time::{Duration, Instant};

use hashiya::session::Session;
use hashiya::store::sim::Dice;
use rayon::prelude::*;

use super::runner::{folder, number};
use super::{highest, make, work, worker};

/// Kills a process per round; the next one goes on with what it left.
pub(crate) fn kill() {
    let kills = number("HASHIYA_KILLS", 2000);
    let begin = Instant::now();
    let lines: Vec<(u32, u32)> = (0..2).into_par_iter().map(|seed| line(kills.div_ceil(2), seed)).collect();
    let (saved, recovered): (Vec<u32>, Vec<u32>) = lines.into_iter().unzip();
    println!(
        "    {} kills -9 at random moments in {:.1} s: {} edits saved, {} more found, 0 lost",
        kills.div_ceil(2) * 2,
        begin.elapsed().as_secs_f64(),
        saved.iter().sum::<u32>(),
        recovered.iter().sum::<u32>(),
    );
}

/// Returns how many edits there are in the end, and how many of them were found though nobody had said they were saved.
fn line(kills: u32, seed: u64) -> (u32, u32) {
    let folder = folder();
    let root = folder.path().join("study");
    make(&root);
    let mut dice = Dice::new(seed);
    let (mut at, mut unsaid) = (0, 0);
    for nth in 0..kills {
        let said = life(&root, &mut dice);
        let saved = highest(&said, "saved").max(at);
        let made = highest(&said, "made").max(at) + 1;
        let (session, found) =
            look_soon(&root).unwrap_or_else(|problem| panic!("after kill {nth} of line {seed} {problem}"));
        assert!(
            saved <= found && found <= made,
            "after kill {nth}: edit {saved} was saved, {made} begun, {found} found"
        );
        if dice.below(8) == 0 {
            session.close().unwrap();
        }
        unsaid += found - saved;
        at = found;
    }
    (at, unsaid)
}

/// Opens what was left. A process of the other line, started in the moment before this one last let go of the project,
/// holds the lock until it has become another program.
fn look_soon(root: &Path) -> Result<(Session, u32), String> {
    for _ in 0..100 {
        match work::look(root) {
            Err(problem) if problem.contains("for reading only") => {
                std::thread::sleep(Duration::from_millis(5))
            }
            looked => return looked,
        }
    }
    work::look(root)
}

/// Lets a process work for a moment. What it said.
fn life(root: &Path, dice: &mut Dice) -> String {
    let mut child = worker(&[], root, "threads", "").spawn().unwrap();
    // A third dies while it opens the project, the others while they write.
    let most = if dice.below(3) == 0 { 12_000 } else { 45_000 };
    std::thread::sleep(Duration::from_micros(dice.below(most) as u64));
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("panicked"), "{said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
