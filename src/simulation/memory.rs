//! How much memory this process may still take, as far as the system tells.

use std::fs::read_to_string;

const KIB: u64 = 1024;

/// Bytes that are left under the process's own limit (`ulimit -v`), its container's and the machine's; `None`
/// where the system tells of none, as outside of Linux.
pub fn left() -> Option<u64> {
    let file = |path: &str| read_to_string(path).ok();
    let own = file("/proc/self/limits").and_then(|text| address_space(&text));
    let used = file("/proc/self/status").and_then(|text| kib(&text, "VmSize:"));
    let container = file("/sys/fs/cgroup/memory.max").and_then(|text| text.trim().parse().ok());
    let taken = file("/sys/fs/cgroup/memory.current").and_then(|text| text.trim().parse().ok());
    let machine = file("/proc/meminfo").and_then(|text| kib(&text, "MemAvailable:"));
    let rest = |limit: Option<u64>, used: Option<u64>| Some(limit?.saturating_sub(used?));
    [rest(own, used), rest(container, taken), machine].into_iter().flatten().min()
}

/// The soft limit of the address space in a `/proc/self/limits`; `None` where it is unlimited.
fn address_space(limits: &str) -> Option<u64> {
    let row = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    row.split_whitespace().next()?.parse().ok()
}

/// The bytes of a row in KiB of a `/proc` table.
fn kib(table: &str, name: &str) -> Option<u64> {
    let row = table.lines().find_map(|line| line.strip_prefix(name))?;
    row.split_whitespace().next()?.parse().ok().map(|kib: u64| kib.saturating_mul(KIB))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_linux_are_read_as_they_stand() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max resident set          unlimited            unlimited            bytes     \n\
                      Max address space         67108864             unlimited            bytes     \n";
        assert_eq!(address_space(limits), Some(64 << 20));
        assert_eq!(address_space(&limits.replace("67108864", "unlimited")), None);
        let table = "MemTotal:       24683196 kB\nMemAvailable:   23533568 kB\n";
        assert_eq!(kib(table, "MemAvailable:"), Some(23_533_568 * 1024));
        assert_eq!(kib(table, "VmSize:"), None);
    }
}
