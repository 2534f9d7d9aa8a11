//! A model file of any text is read or refused with mistakes that can be shown; what is read has a demand that
//! is a number.

#![no_main]

use iowait::input::document::Document;
use iowait::model::{Demand, Model, Overrides};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        let _ = Document::from_stdin(data.to_vec());
        return;
    };
    match Model::read(&Document::from_text("fuzzed", text), Overrides::NONE) {
        Ok(model) => {
            let demand = Demand::of_classes(&model.requests);
            assert!(demand.t_cpu_s >= 0.0 && demand.t_io_s >= 0.0, "{demand:?}");
            assert!(!model.runtimes.is_empty() && !model.requests.is_empty());
        }
        Err(problems) => assert!(!problems.to_string().is_empty()),
    }
});
