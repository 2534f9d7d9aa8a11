//! Tries each mutant with the tests that reach it, until one fails.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::list::Mutant;

/// A test that takes as long as this is left out where so many others reach a mutant.
const SLOW: Duration = Duration::from_secs(10);
const MANY: usize = 10;

/// A test of a program, alone.
#[derive(Serialize, Deserialize)]
struct Test {
    program: PathBuf,
    name: String,
    time: Duration,
    reached: HashSet<usize>,
}

pub struct Trial<'a> {
    pub root: &'a Path,
    /// One line of JSON for each mutant that has been tried.
    pub verdicts: &'a Path,
    pub programs: &'a [PathBuf],
    pub mutants: &'a [Mutant],
    /// Those that are in the programs.
    pub inserted: &'a [usize],
    pub jobs: usize,
}

/// The names of the mutants that some test saw.
pub fn seen(verdicts: &Path) -> HashSet<String> {
    let all = fs::read_to_string(verdicts).unwrap_or_default();
    let verdicts = all.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    verdicts
        .filter(|it| it["seen"] == true)
        .filter_map(|it| Some(it["name"].as_str()?.to_owned()))
        .collect()
}

impl Trial<'_> {
    /// Goes on where an earlier trial with the same file ended.
    pub fn run(&self) -> io::Result<()> {
        let tests = self.known_tests()?;
        let earlier: Vec<Value> = fs::read_to_string(self.verdicts)
            .unwrap_or_default()
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        let done: HashSet<&str> =
            earlier.iter().filter_map(|verdict| verdict["name"].as_str()).collect();
        let mut left: Vec<usize> = self
            .inserted
            .iter()
            .copied()
            .filter(|id| !done.contains(self.mutants[id - 1].name.as_str()))
            .collect();
        // Those whose tests take the least time come first, so that a trial that is ended early has tried most.
        let mut cost = vec![Duration::ZERO; self.mutants.len() + 1];
        for test in &tests {
            test.reached.iter().for_each(|&id| cost[id] += test.time);
        }
        left.sort_by_key(|&id| cost[id]);
        let verdicts =
            Mutex::new(OpenOptions::new().create(true).append(true).open(self.verdicts)?);
        let mut killers: HashMap<&str, Vec<usize>> = HashMap::new();
        for mutant in self.mutants {
            killers.entry(&mutant.file).or_default();
        }
        for verdict in &earlier {
            let (Some(name), Some(by)) = (verdict["name"].as_str(), verdict["by"].as_str()) else {
                continue;
            };
            let file = name.split(':').next().unwrap_or(name);
            if let (Some(of_file), Some(test)) =
                (killers.get_mut(file), tests.iter().position(|test| test.name == by))
            {
                of_file.push(test);
            }
        }
        let killers = Mutex::new(killers);
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.jobs {
                scope.spawn(|| {
                    while let Some(&id) = left.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let verdict = self.verdict(id, &tests, &killers);
                        let mut file = verdicts.lock().expect("no writer panics");
                        writeln!(file, "{verdict}").expect("verdicts can be written");
                    }
                });
            }
        });
        Ok(())
    }

    fn verdict<'m>(
        &'m self,
        id: usize,
        tests: &[Test],
        killers: &Mutex<HashMap<&'m str, Vec<usize>>>,
    ) -> Value {
        let mutant = &self.mutants[id - 1];
        let mut order: Vec<usize> =
            (0..tests.len()).filter(|&test| tests[test].reached.contains(&id)).collect();
        // A test that takes long is worth it where few others come by.
        let quick = |test: &usize| tests[*test].time < SLOW;
        if order.iter().filter(|test| quick(test)).count() >= MANY {
            order.retain(quick);
        }
        let known = killers
            .lock()
            .expect("no holder panics")
            .get(mutant.file.as_str())
            .cloned()
            .unwrap_or_default();
        // A test that saw other mutants of the file is worth as much more time.
        let worth = |test: &usize| {
            let seen = known.iter().filter(|killer| *killer == test).count();
            tests[*test].time.as_secs_f64().max(0.01) / (1.0 + 20.0 * seen as f64)
        };
        order.sort_by(|a, b| worth(a).total_cmp(&worth(b)));
        let began = Instant::now();
        for &test in &order {
            if let Some(how) = self.fails(&tests[test], id) {
                killers
                    .lock()
                    .expect("no holder panics")
                    .entry(&mutant.file)
                    .or_default()
                    .push(test);
                return json!({"id": id, "name": mutant.name, "seen": true, "by": tests[test].name, "how": how});
            }
        }
        let seconds = began.elapsed().as_secs_f64();
        json!({"id": id, "name": mutant.name, "seen": false, "tests": order.len(), "seconds": seconds})
    }

    /// How the test ends if not well.
    fn fails(&self, test: &Test, id: usize) -> Option<String> {
        let seconds = (test.time.as_secs_f64() * 3.0).ceil() + 2.0;
        let status = Command::new("prlimit")
            .arg(format!("--cpu={seconds}"))
            .arg("--as=6000000000")
            .arg("--core=0")
            .arg(&test.program)
            .args(["--exact", &test.name, "--include-ignored"])
            .env("MUTANT", id.to_string())
            .env("RAYON_NUM_THREADS", "1")
            .current_dir(self.root)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("prlimit can be run");
        (!status.success()).then(|| status.to_string())
    }

    /// The tests as an earlier trial of the same programs found them, or as they are found now.
    fn known_tests(&self) -> io::Result<Vec<Test>> {
        let kept = self.verdicts.with_extension("tests");
        let written = |path: &Path| fs::metadata(path).and_then(|it| it.modified());
        let newest =
            self.programs.iter().map(|program| written(program)).collect::<io::Result<Vec<_>>>()?;
        if written(&kept).is_ok_and(|at| newest.iter().all(|&program| program < at)) {
            return Ok(serde_json::from_str(&fs::read_to_string(kept)?)?);
        }
        let tests = self.tests()?;
        fs::write(kept, serde_json::to_string(&tests)?)?;
        Ok(tests)
    }

    /// Every test of the programs, with how long it takes and what it reaches.
    fn tests(&self) -> io::Result<Vec<Test>> {
        let mut names: Vec<(&PathBuf, String)> = Vec::new();
        for program in self.programs {
            let listed = Command::new(program)
                .args(["--list", "--format", "terse"])
                .current_dir(self.root)
                .output()?;
            let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
            names.extend(
                listed
                    .lines()
                    .filter_map(|line| Some((program, line.strip_suffix(": test")?.to_owned()))),
            );
        }
        let next = AtomicUsize::new(0);
        let tests: Mutex<Vec<Test>> = Mutex::default();
        std::thread::scope(|scope| {
            for job in 0..self.jobs {
                let (next, tests, names) = (&next, &tests, &names);
                scope.spawn(move || {
                    while let Some((program, name)) =
                        names.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        match self.test(program, name, job) {
                            Some(test) => tests.lock().expect("no holder panics").push(test),
                            None => eprintln!("left out, for it fails without a mutant: {name}"),
                        }
                    }
                });
            }
        });
        let tests = tests.into_inner().expect("no holder panics");
        let all: Duration = tests.iter().map(|test| test.time).sum();
        eprintln!("{} tests take {:.1} s", tests.len(), all.as_secs_f64());
        let mut slow: Vec<&Test> = tests.iter().collect();
        slow.sort_by_key(|test| std::cmp::Reverse(test.time));
        for test in slow.iter().take(15) {
            eprintln!("{:7.2} s {}", test.time.as_secs_f64(), test.name);
        }
        Ok(tests)
    }

    /// One test, unless it fails as it is.
    fn test(&self, program: &Path, name: &str, job: usize) -> Option<Test> {
        let reached = self.verdicts.with_extension(format!("reached{job}"));
        File::create(&reached).ok()?;
        let began = Instant::now();
        let status = Command::new(program)
            .args(["--exact", name])
            .env("REACHED", &reached)
            .env("RAYON_NUM_THREADS", "1")
            .current_dir(self.root)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .ok()?;
        let time = began.elapsed();
        let ids = fs::read_to_string(&reached)
            .ok()?
            .lines()
            .filter_map(|line| line.parse().ok())
            .collect();
        let test = Test { program: program.to_owned(), name: name.to_owned(), time, reached: ids };
        status.success().then_some(test)
    }
}
