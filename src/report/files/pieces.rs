//! An output folder of files that are written piece by piece, however long they are.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::manifest::{Manifest, hex};
use super::whole::Whole;
use super::{Error, MANIFEST_FILE, make_folder, remove, write_whole};

/// Writes a file's bytes, the same each time.
pub type Writer<'a> = dyn Fn(&mut dyn Write) -> io::Result<()> + 'a;

/// One file of a folder.
pub struct Piece<'a> {
    /// Its name.
    pub name: String,
    /// Writes it.
    pub write: Box<Writer<'a>>,
}

impl<'a> Piece<'a> {
    /// A file that is written by this.
    pub fn new(name: &str, write: impl Fn(&mut dyn Write) -> io::Result<()> + 'a) -> Self {
        Self { name: name.to_owned(), write: Box::new(write) }
    }

    /// A file of these bytes.
    pub fn bytes(name: &str, bytes: impl AsRef<[u8]> + 'a) -> Self {
        Self::new(name, move |to| to.write_all(bytes.as_ref()))
    }
}

/// Makes the folder ready: it is there, and without the manifest of an earlier run.
///
/// # Errors
///
/// The folder cannot be made, or its manifest not taken away.
pub fn prepare(folder: &Path) -> Result<(), Error> {
    make_folder(folder)?;
    remove(&folder.join(MANIFEST_FILE))
}

/// Writes the files, each whole or not at all, and the manifest of them last; tells which there are
/// now.
///
/// # Errors
///
/// The file or folder, what failed and what to do about it; files written before stay, whole.
pub fn save_pieces(
    folder: &Path,
    pieces: &[Piece<'_>],
    mut manifest: Manifest,
) -> Result<Vec<PathBuf>, Error> {
    prepare(folder)?;
    let mut written = Vec::new();
    for piece in pieces {
        let path = folder.join(&piece.name);
        let mut hash = Sha256::new();
        write_whole(&path, |to| (piece.write)(&mut Hashed { to, hash: &mut hash }))?;
        manifest.files.insert(piece.name.clone(), hex(&hash.finalize()));
        written.push(path);
    }
    let path = folder.join(MANIFEST_FILE);
    write_whole(&path, |to| to.write_all(manifest.text().as_bytes()))?;
    written.push(path);
    Ok(written)
}

/// A file of a folder that grows piece by piece; it is there once it is finished, whole.
pub struct Growing {
    name: String,
    path: PathBuf,
    file: Whole,
    hash: Sha256,
}

impl Growing {
    /// Begins a file of this name beside its place.
    ///
    /// # Errors
    ///
    /// The folder takes no file.
    pub fn begin(folder: &Path, name: &str) -> Result<Self, Error> {
        let path = folder.join(name);
        match Whole::begin(&path) {
            Ok(file) => Ok(Self { name: name.to_owned(), path, file, hash: Sha256::new() }),
            Err(source) => Err(Error::File { path, source }),
        }
    }

    /// Adds these bytes.
    ///
    /// # Errors
    ///
    /// Those of the disk.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.hash.update(bytes);
        let written = self.file.write_all(bytes);
        written.map_err(|source| Error::File { path: self.path.clone(), source })
    }

    /// Puts it into its place; its name and the SHA-256 of its bytes, as a manifest has them.
    ///
    /// # Errors
    ///
    /// Those of the disk.
    pub fn finish(self) -> Result<(String, String), Error> {
        let Self { name, path, file, hash } = self;
        file.finish().map_err(|source| Error::File { path, source })?;
        Ok((name, hex(&hash.finalize())))
    }
}

/// Hashes what it hands on.
struct Hashed<'a> {
    to: &'a mut dyn Write,
    hash: &'a mut Sha256,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.hash.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_has_the_hash_of_what_is_in_each_file() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/b");
        let pieces = [
            Piece::bytes("abc.txt", "abc"),
            Piece::new("long.csv", |to| (0..10_000).try_for_each(|n| writeln!(to, "{n}"))),
        ];
        let written = save_pieces(&folder, &pieces, Manifest::default()).unwrap();
        assert_eq!(written.len(), 3);
        let text = std::fs::read_to_string(folder.join(MANIFEST_FILE)).unwrap();
        let manifest: Manifest = serde_json::from_str(&text).unwrap();
        for (name, hash) in &manifest.files {
            let bytes = std::fs::read(folder.join(name)).unwrap();
            assert_eq!(*hash, hex(&Sha256::digest(&bytes)), "{name}");
        }
    }

    #[test]
    fn a_growing_file_is_there_once_it_is_finished_and_its_hash_is_that_of_its_bytes() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("grown.csv");
        std::fs::write(&path, "old").unwrap();
        let mut file = Growing::begin(home.path(), "grown.csv").unwrap();
        (0..10_000).for_each(|n| file.add(format!("{n}\n").as_bytes()).unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        let (name, hash) = file.finish().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.starts_with(b"0\n1\n") && bytes.ends_with(b"\n9999\n"));
        assert_eq!((name.as_str(), hash), ("grown.csv", hex(&Sha256::digest(&bytes))));
        // One that is given up leaves nothing.
        Growing::begin(home.path(), "given-up.csv").unwrap().add(b"half").unwrap();
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
    }
}
