//! Opening the window.

use std::path::PathBuf;

use super::window::App;

/// Opens the window, on a project or on the welcome screen, and returns when it is closed.
///
/// # Errors
/// Where the system gives no window or no OpenGL.
pub fn run(project: Option<PathBuf>) -> anyhow::Result<()> {
    let viewport = egui::ViewportBuilder::default()
        .with_app_id("hashiya")
        .with_title("Hashiya")
        .with_inner_size([1440.0, 900.0])
        .with_min_inner_size([720.0, 480.0]);
    let options = eframe::NativeOptions { viewport, persist_window: true, ..Default::default() };
    let window = move |context: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, Box<dyn std::error::Error + Send + Sync>> {
        let mut app = App::new(&context.egui_ctx, Box::new(super::dialogs::SystemPicker));
        if let Some(path) = project {
            app.open_project(&path);
        }
        Ok(Box::new(app))
    };
    eframe::run_native("Hashiya", options, Box::new(window)).map_err(|refused| {
        anyhow::anyhow!("the window could not be opened ({refused}); the command line works without one: see hashiya --help")
    })
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        App::ui(self, ui);
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.close();
    }
}
