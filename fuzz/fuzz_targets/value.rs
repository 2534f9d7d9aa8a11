//! A value of any text is read as each of the quantities or refused, with a span inside of the text; a
//! distribution that is read draws what is a time.

#![no_main]

use iowait::engine::Key;
use iowait::input::value::{NoScope, Value, ValueError, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let check = |error: ValueError| {
        assert!(error.span.start <= error.span.end && error.span.end <= text.len(), "{error:?}");
        assert!(!error.to_string().is_empty());
    };
    let expr = match parse(text) {
        Ok(expr) => expr,
        Err(error) => return check(error),
    };
    match expr.read(&NoScope, Value::duration_dist) {
        Ok(dist) => {
            let mut stream = Key::new(1).stream(0);
            for _ in 0..4 {
                let drawn = dist.sample(&mut stream);
                assert!(drawn >= 0.0, "{dist:?} draws {drawn}");
            }
            assert!(dist.mean() >= 0.0, "{dist:?}");
            assert!(!(dist.variance() < 0.0), "{dist:?} has a variance of {}", dist.variance());
            assert!(!dist.describe().is_empty());
        }
        Err(error) => check(error),
    }
    expr.read(&NoScope, Value::duration).map_or_else(check, |_| ());
    expr.read(&NoScope, Value::count_dist).map_or_else(check, |_| ());
    expr.read(&NoScope, Value::count).map_or_else(check, |_| ());
    expr.read(&NoScope, Value::rate).map_or_else(check, |rate| assert!(rate.0 > 0.0));
    expr.read(&NoScope, Value::size).map_or_else(check, |_| ());
    expr.read(&NoScope, Value::share)
        .map_or_else(check, |share| assert!((0.0..=1.0).contains(&share.0)));
});
