//! A window over a project in a temporary folder, driven like a person does: by pointer and keys, and asked through
//! accessible names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, HarnessBuilder};
use hashiya::app::{App, Desk, NoPicker, Picker, Settings, ThemeChoice};
use hashiya::model::{ArticleInfo, Edit, Layer, LayerKey, Project, fixture};
use hashiya::session::Session;

/// A window with its project.
pub(crate) struct Room {
    pub harness: Harness<'static, App>,
    pub root: PathBuf,
    _folder: tempfile::TempDir,
}

/// Makes a project of articles `a`, `b`, … with the layers of `me`, each given as a fixture.
pub(crate) fn project(root: &Path, fixtures: &[&str]) {
    let mut session = Session::create(root, Project::new("Fixture", "fixture")).unwrap();
    let mut layers = Vec::new();
    let mut articles = Vec::new();
    for (nth, fixture) in fixtures.iter().enumerate() {
        let (text, layer) = fixture::parse(fixture);
        let id = char::from(b'a' + nth as u8).to_string();
        let title = text.lines().next().unwrap_or_default().to_owned();
        let title = if text.contains('\n') { title } else { String::new() };
        articles.push((ArticleInfo { title, ..ArticleInfo::new(id.as_str(), &text) }, Arc::from(text)));
        layers.push((LayerKey::new(id, "me"), layer));
    }
    session.add_articles(articles).unwrap();
    for (key, layer) in layers {
        session.load(&key.article, &key.annotator);
        for span in layer.spans.into_values() {
            session.apply(Edit::AddSpan { layer: key.clone(), span: Box::new(span) }).unwrap();
        }
    }
    session.close().unwrap();
}

/// Settings that do not depend on the machine.
pub(crate) fn settings() -> Settings {
    Settings { theme: ThemeChoice::Light, annotator: "me".into(), ..Settings::default() }
}

impl Room {
    /// A window of 1440 × 900 on articles given as fixtures.
    pub(crate) fn open(fixtures: &[&str]) -> Self {
        Self::open_with(fixtures, settings(), |builder| builder)
    }

    pub(crate) fn open_with(
        fixtures: &[&str],
        settings: Settings,
        build: impl FnOnce(HarnessBuilder<App>) -> HarnessBuilder<App>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("study");
        project(&root, fixtures);
        Self::over(folder, root, settings, build)
    }

    /// A window on a project that is there already.
    pub(crate) fn over(
        folder: tempfile::TempDir,
        root: PathBuf,
        settings: Settings,
        build: impl FnOnce(HarnessBuilder<App>) -> HarnessBuilder<App>,
    ) -> Self {
        Self::asking(folder, root, settings, NoPicker, build)
    }

    /// A window that asks for files in a certain way.
    pub(crate) fn asking(
        folder: tempfile::TempDir,
        root: PathBuf,
        settings: Settings,
        picker: impl Picker + 'static,
        build: impl FnOnce(HarnessBuilder<App>) -> HarnessBuilder<App>,
    ) -> Self {
        let mut app = App::with_settings(Box::new(picker), settings);
        app.open_project(&root);
        let builder = build(
            Harness::<App>::builder()
                .with_size(vec2(1440.0, 900.0))
                .with_max_steps(24)
                .with_step_dt(1.0 / 60.0),
        );
        let mut harness = builder.build_ui_state(|ui, app: &mut App| app.ui(ui), app);
        harness.run_steps(3);
        Self { harness, root, _folder: folder }
    }

    pub(crate) fn desk(&mut self) -> &mut Desk {
        self.harness.state_mut().desk().expect("a project is open")
    }

    pub(crate) fn layer(&mut self) -> Layer {
        self.desk().layer().map(|layer| (**layer).clone()).unwrap_or_default()
    }

    /// The layer of the open article in the fixture language.
    pub(crate) fn marks(&mut self) -> String {
        let layer = self.layer();
        let text = self.desk().article().expect("an article is open").text().to_owned();
        fixture::write(&text, &layer)
    }

    /// Says what the layer should be.
    #[track_caller]
    pub(crate) fn check(&mut self, expected: &str) {
        assert_eq!(self.marks(), expected);
    }

    /// What is on disk, read by another session.
    pub(crate) fn on_disk(&mut self, article: &str) -> String {
        self.desk().session.sync().unwrap();
        let mut opened = Session::open_read_only(&self.root).unwrap();
        let key = LayerKey::new(article, "me");
        opened.session.load(&key.article, &key.annotator);
        let project = opened.session.project();
        let text = project.text(&key.article).unwrap().text().to_owned();
        fixture::write(&text, project.layer(&key).unwrap())
    }

    pub(crate) fn step(&mut self) {
        self.harness.run_steps(2);
    }

    /// Lets the window go on until an import is over.
    #[track_caller]
    pub(crate) fn wait_for_articles(&mut self, count: usize) {
        for _ in 0..500 {
            self.harness.step();
            if self.desk().session.project().articles().len() == count {
                return self.step();
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("the project did not get {count} articles");
    }

    /// Lets the window go on until something with this name is there.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, name: &str) {
        for _ in 0..500 {
            self.harness.step();
            if self.harness.query_all_by_label_contains(name).next().is_some() {
                return self.step();
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let seen: Vec<String> = self.names();
        panic!("{name:?} did not come; there are {seen:?}");
    }

    /// Everything that has a name.
    pub(crate) fn names(&self) -> Vec<String> {
        let all = self.harness.query_all_by(|node| node.label().is_some());
        all.filter_map(|node| node.accesskit_node().label()).collect()
    }

    /// Whether something has a name with these words in it.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.harness.query_all_by_label_contains(name).next().is_some()
    }

    pub(crate) fn press(&mut self, key: Key) {
        self.press_with(Modifiers::NONE, key);
    }

    pub(crate) fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.step();
    }

    /// Where a letter of the article stands on the screen: the middle of the letter that begins at the n-th
    /// occurrence of some words, found through the accessible text runs.
    pub(crate) fn at(&self, words: &str) -> Pos2 {
        self.edge(words, 0.5, 0)
    }

    /// The middle of the last letter of some words.
    pub(crate) fn at_end(&self, words: &str) -> Pos2 {
        self.edge(words, 0.5, words.chars().count() - 1)
    }

    /// A place within the n-th letter of some words: 0 where it begins, 1 where it ends.
    pub(crate) fn edge(&self, words: &str, share: f32, nth: usize) -> Pos2 {
        let runs: Vec<_> = self.harness.query_all_by_role(Role::TextRun).collect();
        for run in &runs {
            let node = run.accesskit_node();
            let Some(value) = node.value() else { continue };
            let Some(byte) = value.find(words) else { continue };
            let data = node.data();
            let lengths = data.character_lengths();
            let (mut at, mut cluster) = (0, 0);
            let target = byte + words.chars().take(nth).map(char::len_utf8).sum::<usize>();
            while at < target && cluster < lengths.len() {
                at += usize::from(lengths[cluster]);
                cluster += 1;
            }
            let positions = data.character_positions().expect("runs have places");
            let widths = data.character_widths().expect("runs have widths");
            let along = positions[cluster] + widths[cluster] * share;
            let rect = run.rect();
            let rtl = data.text_direction() == Some(egui::accesskit::TextDirection::RightToLeft);
            let x = if rtl { rect.right() - along } else { rect.left() + along };
            return pos2(x, rect.center().y);
        }
        let seen: Vec<_> = runs.iter().filter_map(|run| run.accesskit_node().value()).collect();
        panic!("{words:?} is not in view; runs: {seen:?}");
    }

    fn button(&self, at: Pos2, pressed: bool, modifiers: Modifiers) {
        let event = Event::PointerButton { pos: at, button: PointerButton::Primary, pressed, modifiers };
        self.harness.event_modifiers(event, modifiers);
    }

    fn move_to(&mut self, at: Pos2, modifiers: Modifiers) {
        self.harness.event_modifiers(Event::PointerMoved(at), modifiers);
    }

    pub(crate) fn click(&mut self, at: Pos2) {
        self.click_with(at, Modifiers::NONE);
    }

    pub(crate) fn click_with(&mut self, at: Pos2, modifiers: Modifiers) {
        // Long enough ago that no earlier click makes it a double one.
        self.harness.run_steps(30);
        self.press_and_release(at, modifiers);
    }

    fn press_and_release(&mut self, at: Pos2, modifiers: Modifiers) {
        self.move_to(at, modifiers);
        self.harness.step();
        self.button(at, true, modifiers);
        self.harness.step();
        self.button(at, false, modifiers);
        self.step();
    }

    /// Presses and releases that a busy machine delivers within one frame.
    pub(crate) fn burst(&mut self, buttons: &[(Pos2, bool)]) {
        self.harness.run_steps(30);
        self.move_to(buttons[0].0, Modifiers::NONE);
        self.harness.step();
        let mut events = Vec::new();
        for (pos, pressed) in buttons {
            events.push(Event::PointerMoved(*pos));
            let button = PointerButton::Primary;
            events.push(Event::PointerButton {
                pos: *pos,
                button,
                pressed: *pressed,
                modifiers: Modifiers::NONE,
            });
        }
        self.harness.input_mut().events.extend(events);
        self.harness.step();
        self.step();
    }

    pub(crate) fn clicks(&mut self, at: Pos2, count: usize) {
        self.click(at);
        for _ in 1..count {
            self.press_and_release(at, Modifiers::NONE);
        }
    }

    pub(crate) fn drag(&mut self, from: Pos2, to: Pos2) {
        self.drag_with(from, to, Modifiers::NONE);
    }

    pub(crate) fn drag_with(&mut self, from: Pos2, to: Pos2, modifiers: Modifiers) {
        self.harness.run_steps(30);
        self.move_to(from, modifiers);
        self.harness.step();
        self.button(from, true, modifiers);
        self.harness.step();
        for step in 1..=6 {
            self.move_to(from + (to - from) * (step as f32 / 6.0), modifiers);
            self.harness.step();
        }
        self.button(to, false, modifiers);
        self.step();
    }

    /// Drags over words, from the first letter to the last.
    pub(crate) fn drag_over(&mut self, words: &str) {
        let (from, to) = (self.at(words), self.at_end(words));
        self.drag(from, to);
    }

    /// The words that are selected.
    pub(crate) fn selected_words(&mut self) -> String {
        let desk = self.desk();
        let range = desk.words.map(|words| words.range());
        let article = desk.article().expect("an article is open");
        range.and_then(|range| article.get(range)).unwrap_or_default().to_owned()
    }

    /// The words of the selected span.
    pub(crate) fn selected_span(&mut self) -> String {
        self.desk().selected().map(|span| span.quote.clone()).unwrap_or_default()
    }
}
