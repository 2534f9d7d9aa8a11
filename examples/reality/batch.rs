//! Batches: 2 000 items at once, with and without waits, each item's own CPU given.

use std::fmt::Write;
use std::path::Path;

use iowait::input::Document;
use iowait::model::{Model, Overrides};
use iowait::simulation::{Control, Setup, Window, replicate};
use iowait::units::Span;

use crate::predict::HOST;

/// A row of `batch.csv`.
#[derive(Clone, Debug)]
pub struct Batch {
    model: String,
    limit: u32,
    items: u32,
    io: f64,
    cpu: f64,
    /// Seconds from the first start to the last end.
    pub wall_s: f64,
}

/// All rows.
///
/// # Errors
///
/// When the file cannot be read.
pub fn read(folder: &Path) -> Result<Vec<Batch>, Box<dyn std::error::Error>> {
    let mut reader = csv::Reader::from_path(folder.join("batch.csv"))?;
    let header = reader.headers()?.clone();
    let place = |name: &str| header.iter().position(|column| column == name).ok_or(name.to_owned());
    let columns = ["limit", "items", "t_io_ms", "cpu_per_item_ms", "wall_s"].map(place);
    let [limit, items, io, cpu, wall] = columns.map(|column| column.unwrap_or(usize::MAX));
    let mut found = Vec::new();
    for row in reader.records() {
        let row = row?;
        let number = |place: usize| row.get(place).and_then(|cell| cell.parse::<f64>().ok());
        found.push(Batch {
            model: row.get(place("model")?).unwrap_or_default().to_owned(),
            limit: number(limit).unwrap_or_default() as u32,
            items: number(items).ok_or("items")? as u32,
            io: number(io).ok_or("t_io_ms")?,
            cpu: number(cpu).ok_or("cpu_per_item_ms")?,
            wall_s: number(wall).ok_or("wall_s")?,
        });
    }
    Ok(found)
}

impl Batch {
    /// What it is: `threads, 100 at once, 50 ms`.
    #[must_use]
    pub fn label(&self) -> String {
        let limit = match self.limit {
            0 if self.model == "sync" => "one after the other".to_owned(),
            0 => "all at once".to_owned(),
            limit => format!("{limit} at once"),
        };
        let wait =
            if self.io > 0.0 { format!("{} ms each", self.io) } else { "no wait".to_owned() };
        format!("{}, {limit}, {wait}", self.model)
    }

    fn text(&self) -> String {
        let (preset, width) = match self.model.as_str() {
            "sync" => ("gunicorn-sync", "workers = 1\n".to_owned()),
            "threads" => {
                ("gunicorn-gthread", format!("threads = {}\ndispatch = \"0 s\"\n", self.limit))
            }
            "asyncio" => ("uvicorn-asyncio", "task_switch = \"0 s\"\npoll = \"0 s\"\n".to_owned()),
            _ => ("uvicorn-uvloop", "task_switch = \"0 s\"\npoll = \"0 s\"\n".to_owned()),
        };
        let cpu = format!("{{ cpu = \"{} ms\" }}", self.cpu);
        let wait = format!("{{ io = \"{} ms\", timer = true }}, {cpu}", self.io);
        let steps = if self.io > 0.0 { wait } else { cpu };
        let is_loop = self.model == "asyncio" || self.model == "uvloop";
        let (pool, steps) = if is_loop && self.limit > 0 {
            let held = format!("{{ hold = [\"sem\"], steps = [{steps}] }}");
            (format!("[resource.sem]\nslots = {}\n\n", self.limit), held)
        } else {
            (String::new(), steps)
        };
        format!(
            "[host]\n{HOST}\n\n[load]\nkind = \"batch\"\ncount = {}\n\n{pool}[[request]]\nsteps = [{steps}]\n\n\
             [[runtime]]\nname = \"it\"\npreset = \"{preset}\"\n{width}overhead = \"0 s\"\ncold_cost = \"0 s\"\n\
             backlog = 100_000\n",
            self.items
        )
    }

    /// Seconds until the last item is done, as simulated.
    ///
    /// # Errors
    ///
    /// When the model is refused.
    pub fn predicted_s(&self) -> Result<f64, String> {
        let text = self.text();
        let document = Document::from_text("batch.toml", &text);
        let model = Model::read(&document, &Overrides::default())
            .map_err(|problems| format!("{problems}\n{text}"))?;
        let setup = Setup::new(&model, &model.runtimes[0]);
        let window = Window { warmup: Span::ZERO, requests: 0, duration: None };
        Ok(replicate(&setup, 0, window, &Control::default()).window.seconds())
    }
}

/// The table of `RESULTS.md`.
///
/// # Errors
///
/// When the file cannot be read or a model is refused.
pub fn markdown(folder: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let mut text = String::from(
        "\n## Batches\n\n2 000 items on one core (`batch.csv`), each with its own measured CPU behind its wait; a limit on a loop is a semaphore around the item.\n\n\
         | batch | measured | predicted | error |\n| --- | ---: | ---: | ---: |\n",
    );
    for batch in read(folder)? {
        let predicted = batch.predicted_s()?;
        let error = (predicted / batch.wall_s - 1.0) * 100.0;
        let _ = writeln!(
            text,
            "| {} | {:.2} s | {predicted:.2} s | {error:+.1} % |",
            batch.label(),
            batch.wall_s
        );
    }
    text.push_str(
        "\n## PostgreSQL\n\nThe 48 cells of `db.csv` against PostgreSQL are left out. A query there is `pg_sleep` and a row read: two \
         round trips and the database's own CPU on the core that the load generator runs on too, with up to 64 sessions \
         at once. What that takes was measured of no client alone, only under 8 and 64, so whatever went into the model for it would be \
         fitted to the very cells it is held against; each was measured once, so that nothing says how it repeats; and of \
         two the other core was busy with something else. The delay server's cells, on the same wires without a database, are in the \
         tables above.\n",
    );
    Ok(text)
}
