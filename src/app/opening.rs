//! Putting a project on the desk, and what is said about it.

use std::path::Path;
use std::sync::Arc;

use super::command::UiCommand;
use super::desk::Desk;
use super::notices::Level;
use super::window::{App, Screen};
use crate::model::Project;
use crate::session::{Access, Opened, Session, Waiting};
use crate::store::{RealFs, StoreError};

impl App {
    /// Opens a project folder; what that found is said.
    pub fn open_project(&mut self, path: &Path) {
        match self.open_at(path, Access::Write) {
            Ok(opened) => self.take_opened(opened),
            Err(refused) => self.say_refused(path, &refused),
        }
    }

    /// Opens a project, with the journals that an earlier sitting had to keep elsewhere.
    pub(super) fn open_at(&self, path: &Path, access: Access) -> Result<Opened, StoreError> {
        let spare = self.spare.as_deref();
        Session::open_sparing(Arc::new(RealFs), path, access, Waiting::Threads, spare)
    }

    /// Starts a project in an empty folder and opens it.
    pub fn new_project(&mut self, path: &Path) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let project = Project::new(name.clone(), crate::language::slug::slug(&name));
        match Session::create(path, project).and_then(Session::close) {
            Ok(()) => self.open_project(path),
            Err(refused) => self.notices.error(refused.to_string()),
        }
    }

    /// Puts what was opened on the desk.
    pub(super) fn take_opened(&mut self, opened: Opened) {
        for issue in &opened.issues {
            self.notices.issue(issue);
        }
        let age = |moment: Option<crate::store::Moment>| moment?.age((self.clock)()?);
        if let Some(holder) = &opened.read_only {
            let held = age(opened.held_since).map(|age| format!(", for {age}")).unwrap_or_default();
            self.notices.warning(format!("Opened for reading only: {holder}{held}"));
        }
        if !opened.recovered_list.is_empty() {
            let (many, last) = (opened.recovered_list.len(), age(opened.recovered_at));
            let edits = if many == 1 { "1 edit was".to_owned() } else { format!("{many} edits were") };
            let last = last.map(|age| format!(", the last made {age} ago")).unwrap_or_default();
            let text = format!("{edits} recovered from the journal{last}");
            self.notices.offer(Level::Good, text, UiCommand::ShowRecovered);
        }
        self.put_on_desk(opened.session);
        if let Screen::Work(desk) = &mut self.screen {
            desk.recovered = opened.recovered_list;
        }
    }

    fn put_on_desk(&mut self, session: Session) {
        self.close_desk();
        let annotator = self.annotator_for(session.project());
        let root = session.root().to_string_lossy().into_owned();
        self.settings.remember(&root);
        self.screen = Screen::Work(Box::new(Desk::new(session, annotator, &mut self.notices)));
    }
}
