//! A tidy table of runs: one row a run, what each column is by its name ([`mod@column`]).

use super::column::{self, Meaning};
use super::{Cpu, Measurement, ordered};
use crate::input::dist::Percentile;
use crate::input::problem::Problem;

/// Whether the text looks like one: a first line with two columns that mean something.
pub fn fits(text: &str) -> bool {
    let header = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    header.split(',').filter(|name| column::meaning(name.trim_matches('"')).is_some()).count() >= 2
}

/// A column that means something.
struct Column {
    place: usize,
    name: String,
    meaning: Meaning,
    unit: Option<f64>,
}

/// Reads all rows.
pub fn read(name: &str, text: &str) -> Result<Vec<Measurement>, Problem> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let refuse = |error: csv::Error| Problem::new(format!("this is not CSV: {error}"));
    let header = reader.headers().map_err(refuse)?.clone();
    let columns: Vec<Column> = header
        .iter()
        .enumerate()
        .filter_map(|(place, name)| {
            let (meaning, unit) = column::meaning(name)?;
            Some(Column { place, name: name.to_owned(), meaning, unit })
        })
        .collect();
    let mut found = Vec::new();
    for record in reader.records() {
        let record = record.map_err(refuse)?;
        let line = record.position().map_or(0, csv::Position::line);
        let mut row = Row::default();
        row.one.place = format!("{name}, line {line}");
        let cells = header.iter().zip(record.iter());
        row.one.row = cells.map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect();
        for column in &columns {
            let cell = record.get(column.place).unwrap_or("");
            if !cell.is_empty() {
                row.take(column, cell).map_err(|problem| told(problem, line, column, cell))?;
            }
        }
        found.push(row.whole());
    }
    if found.is_empty() {
        return Err(Problem::new("there are no rows below the header").expected("a row a run"));
    }
    Ok(found)
}

fn told(expected: &str, line: u64, column: &Column, cell: &str) -> Problem {
    Problem::new(format!("line {line}: `{cell}` in the column {} is not understood", column.name))
        .expected(expected)
}

/// A row while its cells are read.
#[derive(Default)]
struct Row {
    one: Measurement,
    throughput_rank: Option<u8>,
    cpu_seconds: Option<f64>,
    window_s: Option<f64>,
    failures: Option<f64>,
}

impl Row {
    /// Takes one cell; what was expected where it is none.
    fn take(&mut self, column: &Column, cell: &str) -> Result<(), &'static str> {
        let one = &mut self.one;
        let number = || {
            let plain = cell.trim_end_matches('%').trim().replace('_', "");
            plain.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)
        };
        let plain = || number().ok_or("a number of at least 0");
        let whole = || number().filter(|n| n.fract() == 0.0).ok_or("a whole number");
        let share = || plain().map(|n| if cell.ends_with('%') { n / 100.0 } else { n });
        let time = || seconds(cell, column.unit);
        match column.meaning {
            Meaning::Server => one.server.push(cell.to_owned()),
            Meaning::Label => one.labels.push((column.name.clone(), cell.to_owned())),
            Meaning::Width => one.width = Some(whole()? as u32),
            Meaning::Cores => one.cores = Some(whole()? as u32),
            Meaning::Clients => one.clients = Some(whole()? as u64),
            Meaning::Calls => one.calls = Some(whole()? as u32),
            Meaning::Offered => one.offered_rps = Some(rate(cell)?),
            Meaning::Throughput(rank) => {
                if self.throughput_rank.is_none_or(|other| rank < other) {
                    one.throughput_rps = Some(rate(cell)?);
                    self.throughput_rank = Some(rank);
                }
            }
            Meaning::Mean => one.mean_s = Some(time()?),
            Meaning::Percentile(percent) => {
                one.percentiles.push(Percentile { percent, value: time()? });
            }
            Meaning::CpuPerRequest => one.cpu = Some(Cpu::PerRequest(time()?)),
            Meaning::CpuCores => self.cores(plain()?),
            Meaning::CpuPercent => self.cores(plain()? / 100.0),
            Meaning::CpuShare => {
                let share = share()?;
                one.cpu = one.cpu.or(Some(Cpu::Share(share)));
            }
            Meaning::CpuSeconds => {
                self.cpu_seconds = Some(seconds(cell, column.unit.or(Some(1.0)))?)
            }
            Meaning::Window => self.window_s = Some(time()?),
            Meaning::Requests => one.requests = Some(plain()?),
            Meaning::Failures => self.failures = Some(plain()?),
            Meaning::FailedShare => one.failed = Some(share()?),
        }
        Ok(())
    }

    fn cores(&mut self, busy: f64) {
        self.one.cpu = self.one.cpu.or(Some(Cpu::Cores(busy)));
    }

    fn whole(mut self) -> Measurement {
        if let (Some(seconds), Some(window)) = (self.cpu_seconds, self.window_s)
            && window > 0.0
        {
            self.cores(seconds / window);
        } else if let (Some(seconds), Some(requests)) = (self.cpu_seconds, self.one.requests)
            && requests > 0.0
        {
            self.one.cpu = self.one.cpu.or(Some(Cpu::PerRequest(seconds / requests)));
        }
        let mut one = self.one;
        if one.throughput_rps.is_none() {
            let rate = one.requests.zip(self.window_s).map(|(count, window)| count / window);
            one.throughput_rps = rate.filter(|rate| rate.is_finite());
        }
        let of_requests = |failures: f64| Some(failures / one.requests.filter(|n| *n > 0.0)?);
        one.failed = one.failed.or_else(|| self.failures.and_then(of_requests));
        one.percentiles = ordered(one.percentiles);
        one
    }
}

/// A time with its unit in the cell (`62ms`) or in the column's name.
fn seconds(cell: &str, unit: Option<f64>) -> Result<f64, &'static str> {
    const EXPECTED: &str = "a time: a number in a column whose name ends with its unit (p99_ms), or with the unit (62ms)";
    let split =
        cell.find(|c: char| c.is_alphabetic() && c != 'e' && c != 'E').unwrap_or(cell.len());
    let (number, written) = cell.split_at(split);
    let scale = match written.trim() {
        "" => unit,
        "ns" => Some(1e-9),
        "us" | "µs" => Some(1e-6),
        "ms" => Some(1e-3),
        "s" => Some(1.0),
        _ => None,
    };
    let number = number.trim().parse::<f64>().ok().filter(|number| *number >= 0.0);
    number
        .zip(scale)
        .map(|(number, scale)| number * scale)
        .filter(|time| time.is_finite())
        .ok_or(EXPECTED)
}

/// A rate in requests a second, `120` or `120/s`.
fn rate(cell: &str) -> Result<f64, &'static str> {
    let number = cell.trim_end_matches("/s").trim().replace('_', "").parse::<f64>().ok();
    number.filter(|rate| rate.is_finite() && *rate >= 0.0).ok_or("requests a second: 120 or 120/s")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Measurement {
        read("a.csv", text).unwrap_or_else(|error| panic!("{}", error.message())).remove(0)
    }

    #[test]
    fn cpu_is_read_in_every_way_that_people_write_it() {
        for (text, cpu) in [
            ("clients,rps,cpu_per_req_ms\n1,50,2\n", Cpu::PerRequest(0.002)),
            ("clients,rps,srv_util\n1,50,0.5\n", Cpu::Cores(0.5)),
            ("clients,rps,cpu_percent\n1,50,150\n", Cpu::Cores(1.5)),
            ("clients,rps,CPU %\n1,50,150%\n", Cpu::Cores(1.5)),
            ("clients,rps,cpu_used\n1,50,84 %\n", Cpu::Share(0.84)),
            ("clients,rps,cpu_seconds,window_s\n1,50,15,10\n", Cpu::Cores(1.5)),
            ("clients,rps,cpu_seconds,requests\n1,50,15,1000\n", Cpu::PerRequest(0.015)),
        ] {
            assert_eq!(one(text).cpu, Some(cpu), "{text}");
        }
    }

    #[test]
    fn a_time_needs_a_unit_in_its_cell_or_its_column() {
        assert_eq!(one("clients,rps,mean\n1,50,62ms\n").mean_s, Some(0.062));
        assert_eq!(one("clients,rps,mean_us\n1,50,62\n").mean_s, Some(62e-6));
        let error = read("a.csv", "clients,rps,mean\n1,50,62\n").unwrap_err();
        assert!(
            error.message().starts_with("line 2: `62` in the column mean"),
            "{}",
            error.message()
        );
    }

    #[test]
    fn what_the_program_itself_writes_is_read_too() {
        let text = "load.clients,runtime,kind,throughput_rps,response_mean_s,response_p50_s,response_p99_s,cpu_utilization\n\
                    8,sync,sync-worker,98.8,0.0805,0.08,0.1,0.0123\n";
        let one = one(text);
        assert_eq!(one.server, ["sync", "sync-worker"]);
        assert_eq!(
            (one.clients, one.throughput_rps, one.mean_s),
            (Some(8), Some(98.8), Some(0.0805))
        );
        assert_eq!((one.percentiles.len(), one.cpu), (2, Some(Cpu::Share(0.0123))));
    }

    #[test]
    fn a_row_that_is_too_short_is_told() {
        let error = read("a.csv", "clients,rps\n1\n").unwrap_err();
        assert!(error.message().contains("this is not CSV"), "{}", error.message());
    }
}
