//! The data files of a model: which were read, each with its hash, so that a change is seen.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::series::Sheet;

/// Sheets up to this many bytes stay in memory, so that a sweep reads them once (1 MiB).
const KEPT: u64 = 1 << 20;

/// What was read of each file, by its path. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct DataFiles(Arc<Mutex<BTreeMap<String, Read>>>);

#[derive(Debug)]
struct Read {
    sha256: String,
    sheet: Option<Arc<Sheet>>,
}

impl DataFiles {
    /// A CSV file; a name that is no absolute path is looked for in `folder`.
    ///
    /// # Errors
    ///
    /// Those of [`Sheet::open`]; the file is not the one that was read before.
    pub fn open(&self, folder: &Path, file: &str) -> Result<Arc<Sheet>, String> {
        let path = folder.join(file).display().to_string();
        if let Some(sheet) = self.lock().get(&path).and_then(|read| read.sheet.clone()) {
            return Ok(sheet);
        }
        let sheet = Arc::new(Sheet::open(folder, file)?);
        let mut all = self.lock();
        match all.get(&path) {
            Some(read) if read.sha256 != sheet.sha256() => {
                Err(format!("{path} was changed while it was in use; run it again"))
            }
            _ => {
                let kept = (sheet.bytes() <= KEPT).then(|| Arc::clone(&sheet));
                all.insert(path, Read { sha256: sheet.sha256().to_owned(), sheet: kept });
                Ok(sheet)
            }
        }
    }

    /// The SHA-256 of each file that was read, in hex, by its path as seen from here.
    #[must_use]
    pub fn hashes(&self) -> BTreeMap<String, String> {
        let all = self.lock();
        all.iter().map(|(path, read)| (path.clone(), read.sha256.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Read>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_hash_and_a_small_one_is_read_once() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let path = home.path().join("a.csv");
        std::fs::write(&path, "s\n1\n").expect("written");
        let data = DataFiles::default();
        let first = data.open(home.path(), "a.csv").expect("a sheet");
        let hashes = data.hashes();
        assert_eq!(hashes[&path.display().to_string()], first.sha256());
        std::fs::write(&path, "s\n2\n").expect("written");
        let again = data.open(home.path(), "a.csv").expect("the same sheet");
        assert!(Arc::ptr_eq(&first, &again));
    }

    #[test]
    fn a_large_file_that_changes_while_it_is_in_use_is_refused() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let path = home.path().join("a.csv");
        let rows = "0.125\n".repeat(200_000);
        std::fs::write(&path, format!("s\n{rows}")).expect("written");
        let data = DataFiles::default();
        data.open(home.path(), "a.csv").expect("a sheet");
        data.open(home.path(), "a.csv").expect("the same again");
        std::fs::write(&path, format!("s\n{rows}1\n")).expect("written");
        let error = data.open(home.path(), "a.csv").expect_err("changed");
        assert!(error.ends_with("a.csv was changed while it was in use; run it again"), "{error}");
    }
}
