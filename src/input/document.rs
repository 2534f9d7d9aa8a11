//! A model's text: read from a file, from standard input or embedded, with its name, folder and hash.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::input::data::DataFiles;
use crate::input::problem::{Problem, Problems, Source};
use crate::input::tree::{self, FILE_LAYER, Item};

/// A model is written by people: a longer file is a mistake (16 MiB).
const LONGEST: u64 = 16 << 20;

/// The text of a model file, and what of it is TOML.
#[derive(Clone, Debug)]
pub struct Document {
    name: String,
    source: Source,
    folder: PathBuf,
    root: Item,
    syntax: Vec<Problem>,
    data: DataFiles,
}

impl Document {
    /// Reads a file. Files that it names are looked for in its folder.
    ///
    /// # Errors
    ///
    /// The file is missing, a folder, unreadable, empty, longer than 16 MiB or not UTF-8. Mistakes
    /// in its TOML are told by [`Model::read`](crate::model::Model::read), with all others.
    pub fn open(path: &Path) -> Result<Self, Problems> {
        let shown = path.display().to_string();
        let bytes = read_bytes(path).map_err(|problem| Problems::of_source(&shown, problem))?;
        let name = path
            .file_stem()
            .map_or_else(|| "model".to_owned(), |stem| stem.to_string_lossy().into_owned());
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Self::from_bytes(&name, &shown, bytes, folder)
    }

    /// Takes what was read from standard input; files that it names are looked for in the current
    /// folder. Messages call it `-`.
    ///
    /// # Errors
    ///
    /// It is empty, longer than 16 MiB or not UTF-8.
    pub fn from_stdin(bytes: Vec<u8>) -> Result<Self, Problems> {
        Self::from_bytes("stdin", "-", bytes, PathBuf::new())
    }

    /// Takes a text that is at hand: a shipped model, a test. Messages call it `NAME.toml`, and
    /// files that it names are looked for in the current folder.
    #[must_use]
    pub fn from_text(name: &str, text: &str) -> Self {
        Self::new(name, &format!("{name}.toml"), text, PathBuf::new())
    }

    /// The same in another folder.
    #[must_use]
    pub fn in_folder(mut self, folder: &Path) -> Self {
        self.folder = folder.to_path_buf();
        self
    }

    fn from_bytes(
        name: &str,
        shown: &str,
        bytes: Vec<u8>,
        folder: PathBuf,
    ) -> Result<Self, Problems> {
        let refuse = |problem| Err(Problems::of_source(shown, problem));
        if bytes.len() as u64 > LONGEST {
            return refuse(too_long());
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return refuse(Problem::new("the file is empty").advice(
                "the smallest model is one [[request]] with steps = [{ cpu = \"1 ms\" }, \
                 { io = \"80 ms\" }]; `iowait new NAME` writes a commented one",
            ));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(name, shown, &text, folder)),
            Err(error) => refuse(not_utf8(error.as_bytes(), error.utf8_error().valid_up_to())),
        }
    }

    fn new(name: &str, shown: &str, text: &str, folder: PathBuf) -> Self {
        let (root, syntax) = tree::parse(text, 0, FILE_LAYER);
        let source = Source { name: shown.to_owned(), text: Arc::from(text) };
        let data = DataFiles::default();
        Self { name: name.to_owned(), source, folder, root, syntax, data }
    }

    /// The model's name: the file's stem.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// The SHA-256 of the text, in hex.
    #[must_use]
    pub fn sha256(&self) -> String {
        Sha256::digest(self.source.text.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The text with what messages call it.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// The folder that files named in it are looked for in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The data files that were read for it.
    #[must_use]
    pub const fn data(&self) -> &DataFiles {
        &self.data
    }

    /// What of the text is TOML: a table.
    #[must_use]
    pub const fn root(&self) -> &Item {
        &self.root
    }

    /// Every mistake in its TOML.
    #[must_use]
    pub fn syntax_problems(&self) -> &[Problem] {
        &self.syntax
    }
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, Problem> {
    use std::io::ErrorKind;

    let explain = |error: &std::io::Error| {
        match error.kind() {
        ErrorKind::NotFound => Problem::new("no such file").advice(
            "check the path; `iowait models` lists the shipped models, `iowait new NAME` starts one",
        ),
        ErrorKind::PermissionDenied => {
            Problem::new("the file may not be read").advice("check its permissions")
        }
        ErrorKind::IsADirectory => a_folder(),
        _ => Problem::new(format!("the file cannot be read: {error}"))
            .advice("check that it is a plain file on a disk that works"),
    }
    };
    let file = std::fs::File::open(path).map_err(|error| explain(&error))?;
    // Opening a folder succeeds on Unix; reading it fails with a message nobody understands.
    if file.metadata().is_ok_and(|data| data.is_dir()) {
        return Err(a_folder());
    }
    let mut bytes = Vec::new();
    // One byte more than allowed, so that an endless file (a device) ends and is seen to be long.
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| explain(&error))?;
    Ok(bytes)
}

fn a_folder() -> Problem {
    Problem::new("this is a folder").expected("a model file").advice("name a file in it")
}

fn too_long() -> Problem {
    Problem::new(format!("the file is longer than {} MiB", LONGEST >> 20))
        .expected("a model file, a text that people write")
        .advice("measured data belong in a CSV that the model names (`trace`, `empirical`)")
}

fn not_utf8(bytes: &[u8], valid: usize) -> Problem {
    let line = bytes[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
    Problem::new(format!("the file is not UTF-8: byte {valid}, in line {line}"))
        .expected("text in UTF-8, as TOML demands")
        .advice("save it as UTF-8 in your editor, or convert it with iconv")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_knows_its_name_text_folder_and_hash() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("abc.toml");
        std::fs::write(&path, "abc").expect("written");
        let document = Document::open(&path).expect("read");
        assert_eq!(document.name(), "abc");
        assert_eq!(document.folder(), folder.path());
        // FIPS 180-4, example B.1.
        assert_eq!(
            document.sha256(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(!document.syntax_problems().is_empty());
    }

    #[test]
    fn a_file_that_cannot_be_a_model_is_refused_with_its_path_and_what_to_do() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(folder.path().join(name), bytes).expect("written");
        };
        write("empty.toml", b"");
        write("blank.toml", b" \n\t\r\n");
        write("latin1.toml", b"# one\ntitle = \"caf\xe9\"\n");
        write("long.toml", &vec![b'#'; (LONGEST + 1) as usize]);
        std::fs::create_dir(folder.path().join("folder.toml")).expect("made");
        for (name, message) in [
            ("missing.toml", "no such file"),
            ("folder.toml", "this is a folder"),
            ("empty.toml", "the file is empty"),
            ("blank.toml", "the file is empty"),
            ("latin1.toml", "the file is not UTF-8: byte 18, in line 2"),
            ("long.toml", "the file is longer than 16 MiB"),
        ] {
            let path = folder.path().join(name);
            let problems = Document::open(&path).expect_err(name).render(false);
            let head = format!("{}: {message}\n", path.display());
            assert!(problems.starts_with(&head), "{problems}");
            assert!(problems.contains("  = to do: "), "{problems}");
        }
    }

    #[test]
    fn the_longest_file_allowed_is_read() {
        let bytes = vec![b'#'; LONGEST as usize];
        assert!(Document::from_stdin(bytes).is_ok());
    }

    #[test]
    fn a_byte_order_mark_is_no_mistake() {
        let document = Document::from_stdin(b"\xef\xbb\xbftitle = \"x\"\n".to_vec()).expect("read");
        assert!(document.syntax_problems().is_empty(), "{:?}", document.syntax_problems());
    }
}
