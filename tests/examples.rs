//! Every example prints what is stored beside it.
//!
//! `UPDATE_EXPECTED=1 cargo test --test examples` stores what they print now.

#[path = "../examples/comparison_in_code.rs"]
#[allow(dead_code)]
mod comparison_in_code;
#[path = "../examples/formula_swept_by_hand.rs"]
#[allow(dead_code)]
mod formula_swept_by_hand;

fn compare(name: &str, printed: &[u8]) {
    let path = format!("{}/examples/{name}.out", env!("CARGO_MANIFEST_DIR"));
    let printed = std::str::from_utf8(printed).expect("examples print text");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, printed).expect("the repository can be written to");
    }
    let stored = std::fs::read_to_string(&path).expect("every example has a stored output");
    assert_eq!(printed, stored, "{name} prints something else than examples/{name}.out");
}

#[test]
fn the_formula_swept_by_hand_prints_what_is_stored() {
    let mut printed = Vec::new();
    formula_swept_by_hand::write(&mut printed).expect("memory can be written to");
    compare("formula_swept_by_hand", &printed);
}

#[test]
fn the_comparison_in_code_prints_what_is_stored() {
    let mut printed = Vec::new();
    comparison_in_code::write(&mut printed).expect("memory can be written to");
    compare("comparison_in_code", &printed);
}
