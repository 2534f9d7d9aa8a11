//! What served while it was measured: a preset or a kind of runtime, and how wide.

use std::fmt::Write as _;

use super::Refusal;
use crate::input::suggest::did_you_mean;
use crate::model::preset;

/// A runtime by its kind or preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The preset's name; none for a bare kind without overheads.
    pub preset: Option<String>,
    /// The kind's keyword.
    pub kind: &'static str,
    /// Workers, threads or loops; none where they are still to be found.
    pub width: Option<u32>,
    /// The preset's overhead is left out, for T_cpu has it in it.
    pub without_overhead: bool,
}

/// The kinds, with the key of their width.
const KINDS: [(&str, &str); 4] = [
    ("sync-worker", "workers"),
    ("thread-pool", "threads"),
    ("event-loop", "loops"),
    ("work-stealing", "workers"),
];

/// What tables of measurements call servers, with the preset that is meant.
const NICKNAMES: [(&str, &str); 6] = [
    ("sync", "gunicorn-sync"),
    ("gunicorn", "gunicorn-sync"),
    ("gthread", "gunicorn-gthread"),
    ("asyncio", "uvicorn-asyncio"),
    ("uvicorn", "uvicorn-asyncio"),
    ("uvloop", "uvicorn-uvloop"),
];

impl Server {
    /// Reads `PRESET[:WIDTH]` or `KIND[:WIDTH]`.
    ///
    /// # Errors
    ///
    /// There is no such preset or kind, or the width is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (word, width) = text.split_once(':').map_or((text, None), |(word, n)| (word, Some(n)));
        let width = width
            .map(|n| {
                n.parse()
                    .ok()
                    .filter(|n: &u32| *n > 0)
                    .ok_or("a width after the colon, above 0: gunicorn-sync:16")
            })
            .transpose()?;
        Self::find(word).map(|server| Self { width, ..server }).ok_or_else(|| {
            let words = preset::all().iter().map(|preset| preset.name.as_str());
            let near = did_you_mean(word, words.chain(KINDS.map(|(kind, _)| kind)));
            let near = near.map(|near| format!("; did you mean `{near}`?"));
            format!(
                "expected a preset (iowait presets lists them) or a kind of runtime, and how wide after a colon: \
                 gunicorn-sync:16{}",
                near.unwrap_or_default()
            )
        })
    }

    /// The server that a word of a table means: a preset, a kind or a nickname, perhaps with its
    /// width (`sync-8`).
    #[must_use]
    pub fn find(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase();
        let whole = Self::named(&word);
        whole.or_else(|| {
            let (name, width) = word.rsplit_once(['-', ':', ' '])?;
            let width = width.parse().ok().filter(|width| *width > 0)?;
            Some(Self { width: Some(width), ..Self::named(name)? })
        })
    }

    fn named(word: &str) -> Option<Self> {
        let nickname = NICKNAMES.iter().find(|(nickname, _)| *nickname == word);
        let name = nickname.map_or(word, |(_, preset)| preset);
        let preset = preset::find(name);
        let kind = preset.map_or(name, |preset| preset.kind.as_str());
        let (kind, _) = KINDS.iter().find(|(known, _)| *known == kind)?;
        let preset = preset.map(|preset| preset.name.clone());
        Some(Self { preset, kind, width: None, without_overhead: false })
    }

    /// As [`Server::parse`] reads it.
    #[must_use]
    pub fn word(&self) -> String {
        let name = self.preset.as_deref().unwrap_or(self.kind);
        self.width.map_or_else(|| name.to_owned(), |width| format!("{name}:{width}"))
    }

    /// The key of its width.
    #[must_use]
    pub fn width_key(&self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self.kind).map_or("workers", |(_, key)| key)
    }

    /// Whether a request keeps a place from its start to its end.
    #[must_use]
    pub fn waits_in_place(&self) -> bool {
        matches!(self.kind, "sync-worker" | "thread-pool")
    }

    /// Whether its preset charges for caches that get cold in a wait.
    #[must_use]
    pub fn cools(&self) -> bool {
        self.has_key("cold_cost")
    }

    /// Whether its timers end late by up to a grain.
    #[must_use]
    pub fn has_grain(&self) -> bool {
        self.has_key("timer_grain")
    }

    fn has_key(&self, name: &str) -> bool {
        let preset = self.preset.as_deref().and_then(preset::find);
        preset.is_some_and(|preset| preset.constants.iter().any(|key| key.key == name))
    }

    /// `[[runtime]]` under this name.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        let mut text = format!("[[runtime]]\nname = \"{name}\"\n");
        let _ = match &self.preset {
            Some(preset) => writeln!(text, "preset = \"{preset}\""),
            None => writeln!(text, "kind = \"{}\"", self.kind),
        };
        let _ = match self.width {
            Some(width) => writeln!(text, "{} = {width}", self.width_key()),
            None => writeln!(text, "{} = \"$cores\"", self.width_key()),
        };
        if self.without_overhead {
            text.push_str("overhead = \"0 s\"\n");
            if self.cools() {
                text.push_str("cold_cost = \"0 s\"\n");
            }
        }
        text
    }

    /// The same as one worker for each core: what the formula compares with.
    #[must_use]
    pub fn one_a_core(&self) -> Self {
        let preset = match self.preset.as_deref() {
            None => None,
            Some(name) if name.ends_with("-flask") || name.starts_with("starlette") => {
                Some("gunicorn-sync-flask")
            }
            Some(_) => Some("gunicorn-sync"),
        };
        Self {
            preset: preset.map(str::to_owned),
            kind: "sync-worker",
            width: None,
            without_overhead: self.without_overhead,
        }
    }

    /// Event loops for the same application, one a core.
    #[must_use]
    pub fn as_loops(&self) -> Self {
        if self.kind == "event-loop" {
            return Self { width: None, ..self.clone() };
        }
        let preset = match self.preset.as_deref() {
            None => None,
            Some(name) if name.ends_with("-flask") => Some("starlette-asyncio"),
            Some(_) => Some("uvicorn-asyncio"),
        };
        Self {
            preset: preset.map(str::to_owned),
            kind: "event-loop",
            width: None,
            without_overhead: self.without_overhead,
        }
    }

    /// In words: `gunicorn-sync, 16 workers`.
    #[must_use]
    pub fn described(&self) -> String {
        let name = self.preset.as_deref().unwrap_or(self.kind);
        match self.width {
            Some(width) => format!("{name}, {} = {width}", self.width_key()),
            None => format!("{name}, one {} a core", self.width_key().trim_end_matches('s')),
        }
    }
}

/// The server of all these words, of which the first that means something counts.
///
/// # Errors
///
/// None of them does, and none was given.
pub fn of_words(words: &[String]) -> Result<Server, Refusal> {
    words.iter().find_map(|word| Server::find(word)).ok_or_else(|| {
        let said = if words.is_empty() { String::new() } else { format!(" (the input says {})", words.join(", ")) };
        Refusal::new(format!(
            "what served is not known{said}, so the queue in front of it cannot be taken away from the latencies"
        ))
        .advice("say what it was and how wide: --preset gunicorn-sync:16, or --preset event-loop:2 for a kind without \
                 overheads; `iowait presets` lists them")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_tables_and_flags_mean_servers() {
        for (word, preset, kind, width) in [
            ("sync-8", Some("gunicorn-sync"), "sync-worker", Some(8)),
            ("gthread", Some("gunicorn-gthread"), "thread-pool", None),
            ("asyncio", Some("uvicorn-asyncio"), "event-loop", None),
            ("event-loop", None, "event-loop", None),
            ("Gunicorn-Sync-Flask", Some("gunicorn-sync-flask"), "sync-worker", None),
        ] {
            let server = Server::find(word).expect(word);
            assert_eq!(
                (server.preset.as_deref(), server.kind, server.width),
                (preset, kind, width)
            );
        }
        assert_eq!(Server::parse("gunicorn-sync:16").map(|server| server.width), Ok(Some(16)));
        assert!(Server::parse("gunicorn-sinc").unwrap_err().contains("did you mean"));
        assert!(Server::parse("gunicorn-sync:0").unwrap_err().contains("above 0"));
        assert!(Server::find("nginx").is_none());
    }

    #[test]
    fn the_alternatives_keep_the_framework() {
        let flask = Server::parse("gunicorn-sync-flask:16").expect("a preset");
        assert_eq!(flask.as_loops().preset.as_deref(), Some("starlette-asyncio"));
        assert_eq!(flask.one_a_core().preset.as_deref(), Some("gunicorn-sync-flask"));
        let bare = Server::parse("thread-pool:4").expect("a kind");
        assert_eq!((bare.as_loops().preset, bare.one_a_core().kind), (None, "sync-worker"));
    }
}
