//! Reads `[host]`.

use crate::input::keys::{Holds, Key};
use crate::input::reader::Reader;
use crate::input::table::Fields;
use crate::input::tree::Table;
use crate::model::{Host, Scheduling};

/// The keys of `[host]`.
pub const KEYS: &[Key] = &[
    Key::new("cores", Holds::Count, "1", "identical cores of one instance"),
    Key::new("memory", Holds::Size, "", "exceeding it is reported, with the runtime that did"),
    Key::new(
        "scheduling",
        Holds::Word(&Scheduling::WORDS),
        "round-robin",
        "how ready threads share cores",
    ),
    Key::new("timeslice", Holds::Duration, "5 ms", "round-robin, eevdf: a thread's turn on a core"),
    Key::new("tick", Holds::Duration, "0 s", "eevdf: a turn ends with the next tick of the clock"),
    Key::new(
        "context_switch",
        Holds::Duration,
        "0 s",
        "CPU charged when a core starts a thread other than its last",
    ),
];

/// Reads `[host]`; where it is absent, one core.
#[must_use]
pub fn read(reader: Reader<'_>, root: &Table) -> Host {
    let default = Host::default();
    let Some(entry) = root.get("host") else { return default };
    let Some(table) = reader.table(&entry.item, "a table: [host]") else { return default };
    let fields = reader.fields("[host]", &entry.item, table, &[KEYS]);
    Host {
        cores: fields.width("cores").unwrap_or(default.cores),
        memory: fields.size("memory"),
        scheduling: scheduling(&fields).unwrap_or(default.scheduling),
        timeslice: fields.positive_duration("timeslice").unwrap_or(default.timeslice),
        tick: fields.duration("tick").unwrap_or(default.tick),
        context_switch: fields.duration("context_switch").unwrap_or(default.context_switch),
    }
}

fn scheduling(fields: &Fields<'_>) -> Option<Scheduling> {
    let [round_robin, fifo, processor_sharing, eevdf] = Scheduling::WORDS;
    fields.word(
        "scheduling",
        &[
            (round_robin, Scheduling::RoundRobin),
            (fifo, Scheduling::Fifo),
            (processor_sharing, Scheduling::ProcessorSharing),
            (eevdf, Scheduling::Eevdf),
        ],
    )
}
