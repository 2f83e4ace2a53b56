//! Two processes that open one project at the same moment.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, ExitCode};
use std::time::Instant;

use hashiya::session::{Opened, Session};

use super::runner::{folder, number, variable, worker};
use super::study::{self, FOLDER};

struct Racer {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Racer {
    fn start(root: &Path) -> Self {
        let mut process = worker::<&str>("racer", &[], &[(FOLDER, root)]).spawn().unwrap();
        let (orders, answers) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        Self { process, orders, answers: BufReader::new(answers) }
    }

    fn order(&mut self, what: &str) {
        writeln!(self.orders, "{what}").unwrap();
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }
}

/// A process that opens and lets go of the project as it is told.
pub(crate) fn racer() -> ExitCode {
    let root = PathBuf::from(variable(FOLDER));
    let (mut held, mut closed) = (None::<Session>, 0);
    for order in std::io::stdin().lines().map(Result::unwrap) {
        match order.as_str() {
            "open" => {
                let Opened { mut session, read_only, .. } = Session::open(&root).unwrap();
                match read_only {
                    None => {
                        session.load(&"a".into(), &"me".into());
                        let next = session.project().layer(&study::key()).unwrap().next_span_id().0;
                        session.apply(study::add(next)).unwrap();
                        session.sync().unwrap();
                        println!("writer");
                    }
                    Some(why) => println!("reader {why}"),
                }
                held = Some(session);
            }
            _ => {
                closed += 1;
                match held.take() {
                    // Journals that nobody ever writes into files only grow.
                    Some(session) if closed % 8 == 0 => session.close().unwrap(),
                    session => drop(session),
                }
                println!("closed");
            }
        }
    }
    ExitCode::SUCCESS
}

pub(crate) fn race() {
    let rounds = number("HASHIYA_RACES", 1000);
    let (folder, begin) = (folder(), Instant::now());
    let root = folder.path().join("study");
    study::make(&root);
    let mut racers = [Racer::start(&root), Racer::start(&root)];
    for round in 0..rounds {
        racers.iter_mut().for_each(|racer| racer.order("open"));
        let mut answers: Vec<String> = racers.iter_mut().map(Racer::answer).collect();
        answers.sort();
        let [reader, writer] = [&answers[0], &answers[1]];
        assert!(reader.starts_with("reader") && writer == "writer", "round {round}: {answers:?}");
        assert!(reader.contains("has it open"), "it is said who has the project: {reader}");
        racers.iter_mut().for_each(|racer| racer.order("close"));
        racers.iter_mut().for_each(|racer| assert_eq!(racer.answer(), "closed"));
    }
    for racer in racers {
        drop(racer.orders);
        let Racer { mut process, .. } = racer;
        assert!(process.wait().unwrap().success());
    }
    let last = rounds + 1;
    assert_eq!(study::look(&root), (1..=last).collect::<Vec<_>>(), "each writer's edit is there");
    println!(
        "    {rounds} races of two in {:.1} s: one writer each, {rounds} edits kept",
        begin.elapsed().as_secs_f64()
    );
}
