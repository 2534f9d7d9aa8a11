//! Reads `[resource.NAME]`.

use crate::input::keys::{Holds, Key};
use crate::input::problem::Problem;
use crate::input::reader::Reader;
use crate::input::tree::Table;
use crate::model::{Resource, Scope};

/// The words for [`Scope`].
const SCOPES: [&str; 2] = ["shared", "process"];

/// The keys of `[resource.NAME]`.
pub const KEYS: &[Key] = &[
    Key::new("slots", Holds::Count, "", "how many may hold it at once; required"),
    Key::new("queue", Holds::Count, "", "how many may wait for a slot; one more fails its request"),
    Key::new("timeout", Holds::Duration, "", "the longest wait for a slot; then the request fails"),
    Key::new(
        "scope",
        Holds::Word(&SCOPES),
        "shared",
        "whether all share it or every worker, pool process and loop has its own",
    ),
];

/// Reads all resources, in the order of the file. One whose width is mistaken counts as wide
/// enough for everything, so that its mistake is told once.
#[must_use]
pub fn read_all(reader: Reader<'_>, root: &Table) -> Vec<Resource> {
    let Some(entry) = root.get("resource") else { return Vec::new() };
    let expected = "tables: [resource.NAME]";
    let Some(resources) = reader.table(&entry.item, expected) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in &resources.entries {
        if KEYS.iter().any(|key| key.name == entry.key)
            && !matches!(entry.item.content, crate::input::tree::Content::Table(_))
        {
            let problem = Problem::new("a resource has no name")
                .expected("a table with a name: [resource.postgres]")
                .advice("write [resource.NAME]; steps then name it in `at` or `hold`");
            reader.note(&entry.key_place, problem);
            continue;
        }
        let _ = reader.check_name(&entry.key, &entry.key_place);
        let Some(table) = reader.table(&entry.item, expected) else { continue };
        let title = format!("[resource.{}]", entry.key);
        let fields = reader.fields(title, &entry.item, table, &[KEYS]);
        let _ = fields.required("slots");
        found.push(Resource {
            name: entry.key.clone(),
            slots: fields.count_u32("slots", 1).unwrap_or(u32::MAX),
            queue: fields.count("queue", 0, u64::MAX),
            timeout: fields.duration("timeout"),
            scope: fields
                .word("scope", &[(SCOPES[0], Scope::Shared), (SCOPES[1], Scope::Process)])
                .unwrap_or(Scope::Shared),
        });
    }
    found
}
