//! Every mutant of a crate in one build, so that thousands are tried in the time of some builds.
//!
//! The mutants are those of cargo-mutants (`cargo mutants --list --json`). Each is put behind a question asked at run
//! time (mutant schemata: Untch, Offutt and Harrold, ISSTA 1993), and tried with the tests that reach it, the fastest and those that
//! saw others of its file first.
//!
//! - `schemata insert LIST PRISTINE CRATE WITHOUT` writes the sources of CRATE anew from PRISTINE, without the mutants
//!   whose numbers stand in the file WITHOUT, and prints how many are in.
//! - `schemata blame CRATE WITHOUT` reads messages of `cargo check --message-format json` and adds the mutants that
//!   cannot be built to WITHOUT. Status 1 where an error is in no mutant.
//! - `schemata leave LIST WITHOUT VERDICTS` adds to WITHOUT the mutants that were seen in an earlier trial, by name.
//! - `schemata try LIST CRATE WITHOUT VERDICTS JOBS PROGRAM...` tries them with the tests of these programs and adds a
//!   line of JSON for each to VERDICTS.

mod blame;
mod insert;
mod list;
mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use list::Mutant;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["insert", list, pristine, root, without] => {
            let mutants = read(list)?;
            let mut left = numbers(without);
            insert_all(&mutants, Path::new(pristine), Path::new(root), &mut left)?;
            keep(without, &left)?;
            println!("{} of {} mutants", mutants.len() - left.len(), mutants.len());
        }
        ["blame", root, without] => {
            let mut messages = String::new();
            std::io::stdin().read_to_string(&mut messages)?;
            let (bad, elsewhere) = blame::blame(Path::new(root), &messages);
            let mut all = numbers(without);
            let before = all.len();
            all.extend(bad);
            println!("{} cannot be built", all.len() - before);
            keep(without, &all)?;
            if all.len() == before && !elsewhere.is_empty() {
                eprintln!("{}", elsewhere.join("\n"));
                return Ok(ExitCode::FAILURE);
            }
        }
        ["leave", list, without, verdicts] => {
            let mutants = read(list)?;
            let seen = trial::seen(Path::new(verdicts));
            let mut left = numbers(without);
            left.extend((1..=mutants.len()).filter(|id| seen.contains(&mutants[id - 1].name)));
            keep(without, &left)?;
        }
        ["try", list, root, without, verdicts, jobs, programs @ ..] => {
            let mutants = read(list)?;
            let left = numbers(without);
            let inserted: Vec<usize> =
                (1..=mutants.len()).filter(|id| !left.contains(id)).collect();
            let programs: Vec<PathBuf> = programs.iter().map(PathBuf::from).collect();
            trial::Trial {
                root: Path::new(root),
                verdicts: Path::new(verdicts),
                programs: &programs,
                mutants: &mutants,
                inserted: &inserted,
                jobs: jobs.parse()?,
            }
            .run()?;
        }
        _ => return Err("insert, blame, leave or try: see the head of src/main.rs".into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn read(list: &str) -> Result<Vec<Mutant>, Box<dyn Error>> {
    Ok(serde_json::from_str(&fs::read_to_string(list)?)?)
}

/// The numbers in a file, a line each; none where there is no file.
fn numbers(path: &str) -> BTreeSet<usize> {
    fs::read_to_string(path)
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.parse().ok())
        .collect()
}

fn keep(path: &str, numbers: &BTreeSet<usize>) -> std::io::Result<()> {
    fs::write(path, numbers.iter().map(|number| format!("{number}\n")).collect::<String>())
}

/// Mutants are numbered from 1, in the order of the list. Those that find no place are added to the ones left out.
fn insert_all(
    mutants: &[Mutant],
    pristine: &Path,
    root: &Path,
    without: &mut BTreeSet<usize>,
) -> Result<(), Box<dyn Error>> {
    let mut files: BTreeMap<&str, Vec<(usize, &Mutant)>> = BTreeMap::new();
    for (index, mutant) in mutants.iter().enumerate() {
        let file = files.entry(&mutant.file).or_default();
        if !without.contains(&(index + 1)) {
            file.push((index + 1, mutant));
        }
    }
    for (file, mutants) in files {
        let source = fs::read_to_string(pristine.join(file))?;
        let (text, left) =
            insert::insert(&source, &mutants).map_err(|error| format!("{file}: {error}"))?;
        for (id, mutant) in mutants.iter().filter(|(id, _)| left.contains(id)) {
            eprintln!("no place: {id} {}", mutant.name);
        }
        without.extend(left);
        fs::write(root.join(file), text)?;
    }
    fs::write(root.join("src/mutant.rs"), include_str!("mutant.rs"))?;
    Ok(())
}
