//! How right the simulator is about real servers: every measured cell of `tests/measured` as a model,
//! simulated and compared.
//!
//! ```sh
//! cargo run --release --example reality                # both tests in full, as Markdown
//! cargo run --release --example reality -- cells       # every cell, tab-separated
//! cargo run --release --example reality -- gallery DIR # the picture and its numbers
//! ```

mod ablation;
mod batch;
mod cells;
mod gain;
mod likely;
mod predict;
mod report;
mod score;
mod trial;

use std::error::Error;
use std::path::Path;

use iowait::report::chart::{PICTURES, Page, measured};
use score::FIGURES;
use trial::Trial;

fn main() -> Result<(), Box<dyn Error>> {
    let all = cells::read(&cells::folder())?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["gallery", folder] => gallery(&all, Path::new(folder)),
        ["cells"] => list(&all),
        [] => {
            let tests = Trial::ALL.map(|trial| Ok((trial, score::score(trial, &all, 1)?)));
            let tests: Vec<_> = tests.into_iter().collect::<Result<_, String>>()?;
            print!("{}", report::markdown(&tests, &all)?);
            print!("{}", likely::markdown(&all)?);
            print!("{}", batch::markdown(&cells::folder())?);
            Ok(())
        }
        _ => Err("expected nothing, `cells` or `gallery DIR`".into()),
    }
}

fn list(all: &[cells::Cell]) -> Result<(), Box<dyn Error>> {
    for trial in Trial::ALL {
        for each in score::score(trial, all, 1)? {
            print!("{}\t{}\t{}", trial.name(), each.cell.label(), each.cell.region().name());
            for (place, (name, of)) in FIGURES.iter().enumerate() {
                let (was, is) = (of(&each.cell.figures), of(&each.predicted));
                print!("\t{name} {was:.2} {is:.2} {:+.1}%", each.error(place) * 100.0);
            }
            println!("\tcpu {:+.1}%", each.cpu_off * 100.0);
        }
    }
    Ok(())
}

fn gallery(all: &[cells::Cell], folder: &Path) -> Result<(), Box<dyn Error>> {
    let gains = gain::gains(all)?;
    std::fs::write(folder.join("reality.csv"), gain::csv(&gains))?;
    let figure = measured::draw(&gains, &Page::SCREEN)?;
    let svg = PICTURES.iter().find(|picture| picture.name == "svg").ok_or("no SVG")?;
    std::fs::write(folder.join("reality.svg"), figure.picture(svg)?)?;
    Ok(())
}
