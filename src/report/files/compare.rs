//! Two output folders held against each other, file by file.

use std::io::{self, Read as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::manifest::{Manifest, hex};
use super::{Error, MANIFEST_FILE};

/// A file that is not the same in both folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its name.
    pub file: String,
    /// How it differs, in a clause.
    pub what: &'static str,
}

/// The files of a folder that are not those of another, which was made again by the folder's
/// manifest; in the order of their names.
///
/// # Errors
///
/// A file that is there and cannot be read.
pub fn compare(folder: &Path, again: &Path, manifest: &Manifest) -> Result<Vec<Difference>, Error> {
    let mut different = Vec::new();
    for (file, recorded) in &manifest.files {
        let here = hash_of(&folder.join(file))?;
        let there = hash_of(&again.join(file))?;
        let what = match (here, there) {
            (None, _) => "is missing",
            (Some(_), None) => "is not made any more",
            (Some(here), Some(there)) if here == there => continue,
            (Some(_), Some(there)) if there == *recorded => "was changed after it was written",
            (Some(here), Some(_)) if here == *recorded => "comes out differently",
            _ => "was changed after it was written, and comes out differently",
        };
        different.push(Difference { file: file.clone(), what });
    }
    if hash_of(&folder.join(MANIFEST_FILE))? != hash_of(&again.join(MANIFEST_FILE))? {
        let what = "comes out differently";
        different.push(Difference { file: MANIFEST_FILE.to_owned(), what });
    }
    Ok(different)
}

/// The SHA-256 of a file, in hex; `None` where there is none.
///
/// # Errors
///
/// It is there and cannot be read.
pub fn hash_of(path: &Path) -> Result<Option<String>, Error> {
    let read = || -> io::Result<String> {
        let mut file = std::fs::File::open(path)?;
        let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(hex(&hash.finalize())),
                count => hash.update(&buffer[..count]),
            }
        }
    };
    match read() {
        Ok(hash) => Ok(Some(hash)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Piece, save_pieces};
    use super::*;

    #[test]
    fn each_way_to_differ_has_its_words() {
        let home = tempfile::tempdir().unwrap();
        let (one, two) = (home.path().join("one"), home.path().join("two"));
        let save = |folder: &Path, texts: [&str; 4]| {
            let pieces: Vec<Piece<'_>> = ["a", "b", "c", "d"]
                .into_iter()
                .zip(texts)
                .map(|(n, t)| Piece::bytes(n, t))
                .collect();
            save_pieces(folder, &pieces, Manifest::default()).unwrap();
        };
        save(&one, ["1", "2", "3", "4"]);
        let text = std::fs::read_to_string(one.join(MANIFEST_FILE)).unwrap();
        let manifest: Manifest = serde_json::from_str(&text).unwrap();
        save(&two, ["1", "2", "3", "4"]);
        assert_eq!(compare(&one, &two, &manifest).unwrap(), []);
        std::fs::write(one.join("b"), "changed").unwrap();
        std::fs::remove_file(one.join("c")).unwrap();
        std::fs::write(two.join("d"), "other").unwrap();
        let found = compare(&one, &two, &manifest).unwrap();
        let found: Vec<_> = found.iter().map(|one| format!("{}: {}", one.file, one.what)).collect();
        assert_eq!(
            found,
            ["b: was changed after it was written", "c: is missing", "d: comes out differently"]
        );
    }
}
