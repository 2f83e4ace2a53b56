//! The inputs that fuzzing found worth keeping, replayed: each took the program to a place of its own, or broke it once.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "reads the corpus; what fails is a failed test"
)]

mod fuzz_bodies;

use std::path::Path;

#[test]
fn the_corpus_goes_through_every_target() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (target, body) in fuzz_bodies::TARGETS {
        let folder = corpus.join(target);
        let mut inputs: Vec<_> = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.unwrap().path())
            .collect();
        inputs.sort();
        assert!(!inputs.is_empty(), "{target} has no corpus");
        for input in inputs {
            let bytes = std::fs::read(&input).unwrap();
            let survived = std::panic::catch_unwind(|| body(&bytes));
            assert!(survived.is_ok(), "{} fails: its panic is above", input.display());
        }
    }
}
