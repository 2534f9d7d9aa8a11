//! The models of `models/`, embedded, so that the program needs no files to begin with.

use crate::input::Document;

/// A model that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// Its name: the file's stem.
    pub name: &'static str,
    /// The file's text.
    pub text: &'static str,
}

macro_rules! shipped {
    ($name:literal) => {
        Shipped { name: $name, text: include_str!(concat!("../../models/", $name, ".toml")) }
    };
}

/// Every shipped model; the first is what `iowait` alone runs.
pub const MODELS: &[Shipped] = &[
    shipped!("web-request"),
    shipped!("ten-thousand-urls"),
    shipped!("gil-convoy"),
    shipped!("blocking-call"),
    shipped!("narrow-pool"),
    shipped!("duolingo"),
    shipped!("super-com"),
    shipped!("instagram"),
    shipped!("feature-store"),
    shipped!("talk-python"),
    shipped!("azure-uvloop"),
    shipped!("cpu-bound"),
    shipped!("aiohttp-requests"),
    shipped!("cal-paterson"),
    shipped!("techempower-json"),
    shipped!("techempower-db"),
    shipped!("techempower-queries"),
    shipped!("uvloop-echo"),
    shipped!("uvloop-http"),
];

/// The shipped model of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Shipped> {
    MODELS.iter().find(|model| model.name == name)
}

impl Shipped {
    /// The text as a document.
    #[must_use]
    pub fn document(&self) -> Document {
        Document::from_text(self.name, self.text)
    }

    /// The first line of its head comment: what it is, in a sentence.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches(['#', ' '])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Demand, LoadKind, Model, Overrides};

    fn read(name: &str) -> Model {
        let document = find(name).expect("shipped").document();
        Model::read(&document, Overrides::NONE).expect(name)
    }

    #[test]
    fn every_shipped_model_is_read_and_says_in_its_head_what_it_is() {
        for model in MODELS {
            let read = read(model.name);
            assert!(!read.runtimes.is_empty() && !read.requests.is_empty(), "{}", model.name);
            assert!(model.text.starts_with("# "), "{}", model.name);
            assert!(model.summary().ends_with('.'), "{}: {}", model.name, model.summary());
        }
    }

    #[test]
    fn every_file_of_the_folder_is_shipped() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/models");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder is in the repository")
            .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
            .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
            .collect();
        files.sort_unstable();
        let mut shipped: Vec<_> = MODELS.iter().map(|model| model.name.to_owned()).collect();
        shipped.sort_unstable();
        assert_eq!(files, shipped);
    }

    #[test]
    fn the_web_request_is_the_case_of_the_formula() {
        // 20 * 0.05 ms and 20 * 4 ms: 1 + 80 on 8 cores.
        let model = read("web-request");
        let demand = Demand::of_classes(&model.requests);
        assert_eq!((demand.t_cpu_s, demand.t_io_s, demand.calls), (0.001, 0.08, 20.0));
        assert!(matches!(model.load.kind, LoadKind::Closed { clients: 648, .. }));
        let widths: Vec<_> = model.runtimes.iter().map(|one| one.kind.width()).collect();
        assert_eq!(widths, [8, 648, 8]);
    }

    #[test]
    fn ten_thousand_urls_have_the_demands_of_the_source() {
        let model = read("ten-thousand-urls");
        let demand = Demand::of_classes(&model.requests);
        // (T_io + T_cpu) / T_cpu = 182.84 ms / 5.376 ms: 34.0 in the source's own data.
        let formula = 1.0 + demand.beta().expect("CPU");
        assert!((formula - 34.0).abs() < 0.05, "{formula}");
        let document = find("ten-thousand-urls").expect("shipped").document();
        let ideal = Model::read_scenario(&document, Overrides::NONE, "ideal").expect("read");
        for runtime in &ideal.runtimes {
            let classes = runtime.requests.as_ref().unwrap_or(&ideal.requests);
            let demand = Demand::of_classes(classes);
            assert_eq!((demand.t_cpu_s, demand.t_io_s), (0.0014, 0.1786), "{}", runtime.name);
        }
        assert_eq!(model.expects.len(), 15);
    }
}
