//! Whole simulations of random valid models, with everything asserted that must hold of each: conservation,
//! Little's law to the nanosecond, parts that add up, no slot left behind; and computed ahead or event by
//! event, the same.

#![no_main]

#[path = "../../tests/common/random.rs"]
mod random;

use iowait::model::LoadKind;
use iowait::simulation::{Control, Setup, Window, replicate};
use iowait::units::Span;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut maker = random::maker_from(data.to_vec(), data.len() as u64, false);
    let (mut model, runtime) = (maker.model(), maker.runtime());
    if let LoadKind::Batch { count } = &mut model.load.kind {
        *count = 1 + *count % 40;
    }
    let window = match model.load.kind {
        LoadKind::Batch { .. } => Window::WHOLE,
        _ => Window {
            warmup: maker.span(1_000_000),
            requests: 40,
            duration: Some(Span::from_millis(300)),
        },
    };
    let setup = Setup::new(&model, &runtime);
    let found = replicate(&setup, 0, window, &Control::default());
    random::check(&found, &|| format!("{model:#?} {runtime:#?}"));
    if setup.is_computed_ahead() {
        let driven = replicate(&setup.clone().event_driven(), 0, window, &Control::default());
        random::check(&driven, &|| format!("{model:#?} {runtime:#?}"));
        assert_eq!(found.counts, driven.counts, "{model:#?} {runtime:#?}");
        assert_eq!(found.window, driven.window, "{model:#?} {runtime:#?}");
        assert_eq!(found.in_flight, driven.in_flight, "{model:#?} {runtime:#?}");
        assert_eq!(found.cpu_useful, driven.cpu_useful, "{model:#?} {runtime:#?}");
    }
});
