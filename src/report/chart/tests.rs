//! What holds for every chart.

use super::super::fixture;
use super::drawing::At;
use super::ink::{Ink, Mark};
use super::*;

/// Every text of a drawing with the box that it takes: left, right, top, bottom.
pub fn texts(ink: &Ink) -> Vec<(String, [f64; 4])> {
    let texts = ink.marks.iter().filter_map(|mark| match mark {
        Mark::Text(text) => Some(text),
        _ => None,
    });
    texts
        .map(|text| {
            let (along, across) =
                (font::width(&text.text, text.size), text.size * font::CAP_HEIGHT);
            let (x, y) = text.at;
            let place = if text.upward {
                [x - across, x, y - along, y]
            } else {
                [x, x + along, y - across, y]
            };
            (text.text.clone(), place)
        })
        .collect()
}

/// Whether all words are on the page and none is written over another.
pub fn assert_clear(ink: &Ink) {
    let texts = texts(ink);
    assert!(texts.len() > 5, "a chart has words");
    // A hundredth of a point is the pen's step.
    let slack = 0.02;
    for (i, (text, [left, right, top, bottom])) in texts.iter().enumerate() {
        assert!(*left >= -slack && *right <= ink.width + slack, "{text}: {left} to {right}");
        assert!(*top >= -slack && *bottom <= ink.height + slack, "{text}: {top} to {bottom}");
        for (other, [l, r, t, b]) in &texts[i + 1..] {
            let apart = *r <= *left + slack
                || *right <= *l + slack
                || *b <= *top + slack
                || *bottom <= *t + slack;
            assert!(apart, "`{text}` and `{other}` overlap");
        }
    }
}

fn svg(figure: &Figure) -> String {
    String::from_utf8(figure.picture(&PICTURES[0]).unwrap()).unwrap()
}

fn hard_cases() -> Vec<Outcome> {
    let mut long = fixture::with_scenario();
    for (i, runtime) in long.runtimes.iter_mut().enumerate() {
        runtime.name = format!("{}{i}", "very-long-name-".repeat(8));
        runtime.gain.simulated = fixture::about(123_456.789 * i as f64, 0.001);
    }
    long.baseline = long.runtimes[0].name.clone();
    let mut spread = fixture::web_request();
    spread.runtimes[1].gain.simulated = fixture::about(0.02, 0.05);
    spread.runtimes[1].gain.formula = Some(1e6);
    let mut extreme = fixture::web_request();
    extreme.runtimes[1].gain.bound = Some(f64::MAX);
    extreme.runtimes[1].gain.exact = Some(-1e300);
    extreme.runtimes[2].gain.simulated = fixture::about(1e-300, 1e-301);
    vec![
        extreme,
        fixture::web_request(),
        fixture::theory_only(),
        fixture::not_finite(),
        long,
        spread,
    ]
}

#[test]
fn every_text_of_every_chart_stays_on_its_page_and_clear_of_the_others() {
    for chart in CHARTS {
        for outcome in hard_cases() {
            for page in [Page::SCREEN, Page::PAPER, Page { width_mm: 60.0, ..Page::PAPER }] {
                if let Some(figure) = (chart.draw)(&outcome, &page).unwrap() {
                    assert_clear(&figure.ink);
                }
            }
        }
    }
}

#[test]
fn every_chart_of_a_run_is_drawn_of_the_default_model() {
    for chart in CHARTS {
        let drawn = (chart.draw)(&fixture::web_request(), &Page::PAPER).unwrap();
        assert!(drawn.is_some(), "{}", chart.name);
    }
}

#[test]
fn the_same_outcome_gives_the_same_bytes_in_every_format() {
    for chart in CHARTS {
        let outcome = fixture::web_request();
        let files = || {
            let figure = (chart.draw)(&outcome, &Page::PAPER).unwrap().unwrap();
            let formats: Vec<&Picture> = PICTURES.iter().collect();
            figure.files(chart.name, &formats, &Provenance::of(&outcome)).unwrap()
        };
        let (one, other) = (files(), files());
        assert!(one == other, "{}", chart.name);
        let names: Vec<&str> =
            one.iter().filter_map(|(name, _)| name.split_once('.')).map(|(_, e)| e).collect();
        assert_eq!(names, ["svg", "png", "pdf", "csv", "tex", "caption.txt"]);
    }
}

#[test]
fn no_chart_writes_a_number_that_is_none() {
    for chart in CHARTS {
        let outcome = fixture::not_finite();
        let Some(figure) = (chart.draw)(&outcome, &Page::SCREEN).unwrap() else { continue };
        for (name, bytes) in figure.files("x", &[&PICTURES[0]], &Provenance::of(&outcome)).unwrap()
        {
            let text = String::from_utf8(bytes).unwrap();
            assert!(!text.contains("NaN") && !text.contains("inf,"), "{name}: {text}");
        }
    }
}

#[test]
fn a_picture_has_the_width_that_it_was_asked_for_in_every_format() {
    let page = Page { width_mm: 88.0, theme: Theme::Paper };
    let figure = (CHARTS[0].draw)(&fixture::web_request(), &page).unwrap().unwrap();
    assert!(svg(&figure).contains("width=\"88mm\""));
    let png = figure.picture(picture("png").unwrap()).unwrap();
    let pixels = u32::from_be_bytes(png[16..20].try_into().unwrap());
    assert_eq!(pixels, 2079, "88 mm at 600 pixels to the inch");
    let pdf = figure.picture(picture("pdf").unwrap()).unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.contains("/MediaBox [0 0 249.4488"), "88 mm in points");
    assert!(text.contains("NotoSans-Regular") && text.contains("/ToUnicode"));
}

#[test]
fn a_picture_in_pixels_has_its_words_in_it() {
    let figure = (CHARTS[0].draw)(&fixture::web_request(), &Page::SCREEN).unwrap().unwrap();
    let mut mute = figure.clone();
    mute.ink.marks.retain(|mark| !matches!(mark, Mark::Text(_)));
    let png = picture("png").unwrap();
    let (with, without) = (figure.picture(png).unwrap(), mute.picture(png).unwrap());
    assert!(with.len() > without.len() + 2000, "{} {}", with.len(), without.len());
}

#[test]
fn a_caption_says_what_was_run_and_how_to_run_it_again() {
    let outcome = fixture::web_request();
    let figure = (CHARTS[0].draw)(&outcome, &Page::PAPER).unwrap().unwrap();
    let files = figure.files("gain", &[], &Provenance::of(&outcome)).unwrap();
    let caption = String::from_utf8(files[2].1.clone()).unwrap();
    for words in [
        "iowait 0.1.0",
        "seed 42",
        "10 replications",
        "warm-up 1.2 s",
        "± 0.29 %",
        "Made again by: iowait",
    ] {
        assert!(caption.contains(words), "{words}: {caption}");
    }
}

#[test]
fn every_chart_has_its_own_name() {
    for (i, one) in CHARTS.iter().enumerate() {
        assert_eq!(chart(one.name).map(|found| found.name), Some(one.name));
        assert!(CHARTS[i + 1..].iter().all(|other| other.name != one.name));
    }
    assert!(chart("pie").is_none());
}

/// A sweep of two axes under three runtimes, as the CSV of a sweep has it.
fn sweep() -> Table {
    let mut text = String::from(
        "beta,load.rate,scenario,runtime,blocking_coefficient,throughput_rps,throughput_rps_lo,throughput_rps_hi,\
         response_mean_s,response_p99_s,gain,gain_lo,gain_hi,gain_formula,gain_bound,gain_exact,steady\n",
    );
    for beta in [0.1, 1.0, 10.0, 100.0] {
        for rate in [100.0, 200.0, 400.0, 800.0] {
            for (runtime, share) in [("sync", 0.0), ("threads", 0.97), ("loops", 0.93)] {
                let gain: f64 = if share > 0.0 { 1.0 + beta * share } else { 1.0 };
                let (rps, time) = (rate * 0.9, 0.01 * (1.0 + beta) + rate / 1e5);
                text += &format!(
                    "{beta},{rate}/s,,{runtime},{beta},{rps},{},{},{time},{},{gain},{},{},{},{},{gain},true\n",
                    rps * 0.99,
                    rps * 1.01,
                    time * 3.0,
                    gain * 0.98,
                    gain * 1.02,
                    1.0 + beta,
                    1.0 + beta,
                );
            }
        }
    }
    Table::read(text.as_bytes()).unwrap()
}

fn effects() -> Table {
    let text = "input,runtime,metric,low_set,high_set,base,low,high\n\
                load.clients,sync,p99,8,12,0.1,0.08,0.13\n\
                request.search.steps.cpu,sync,p99,1 ms,2 ms,0.1,0.07,0.2\n\
                load.clients,loop,p99,8,12,0.01,0.009,0.011\n";
    Table::read(text.as_bytes()).unwrap()
}

#[test]
fn every_chart_of_a_table_is_clear_on_every_page_and_the_same_each_time() {
    for chart in TABLE_CHARTS {
        let table = if chart.name == "tornado" { effects() } else { sweep() };
        let choice = match chart.name {
            "xy" => Choice {
                x: Some("load.rate".to_owned()),
                y: Some("p99".to_owned()),
                by: Some("runtime".to_owned()),
            },
            _ => Choice::default(),
        };
        for page in [Page::SCREEN, Page::PAPER, Page { width_mm: 60.0, ..Page::PAPER }] {
            let figure = (chart.draw)(&table, &choice, &page).unwrap();
            assert_clear(&figure.ink);
            assert!(figure == (chart.draw)(&table, &choice, &page).unwrap(), "{}", chart.name);
            assert!(figure.csv.lines().count() > 4, "{}", chart.name);
        }
    }
}

/// Two axes of so many values and so many runtimes.
fn grid(across: usize, up: usize, runtimes: usize) -> Table {
    let mut text = String::from("load.clients,host.cores,scenario,runtime,gain\n");
    for (x, y) in (1..=across).flat_map(|x| (1..=up).map(move |y| (x, y))) {
        for runtime in 0..runtimes {
            let gain = (x * y + runtime) as f64 / 10.0;
            text += &format!("{x},{y},,runtime-{runtime},{gain}\n");
        }
    }
    Table::read(text.as_bytes()).unwrap()
}

#[test]
fn a_heat_map_of_any_grid_and_of_many_runtimes_is_clear() {
    let heat = table_chart("heat").unwrap();
    for (across, up, runtimes) in [(4, 100, 1), (100, 100, 2), (2, 2, 5), (6, 40, 8), (3, 4, 11)] {
        let table = grid(across, up, runtimes);
        for page in [Page::SCREEN, Page::PAPER, Page { width_mm: 60.0, ..Page::PAPER }] {
            let figure = (heat.draw)(&table, &Choice::default(), &page).unwrap();
            assert_clear(&figure.ink);
        }
        let figure = (heat.draw)(&table, &Choice::default(), &Page::PAPER).unwrap();
        let left_out = figure.drawing.notes.iter().any(|note| note.contains("No room for"));
        assert_eq!(left_out, runtimes > 8, "{:?}", figure.drawing.notes);
    }
    let error = (heat.draw)(&grid(300, 300, 1), &Choice::default(), &Page::PAPER).unwrap_err();
    assert!(error.to_string().contains("too many to see"), "{error}");
}

#[test]
fn the_widest_effect_stands_at_the_top_of_a_tornado() {
    let figure =
        (table_chart("tornado").unwrap().draw)(&effects(), &Choice::default(), &Page::PAPER)
            .unwrap();
    let rows: Vec<&str> =
        figure.drawing.panels[0].rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(rows, ["search: CPU, 1 ms–2 ms", "clients, 8–12"]);
    assert_eq!(figure.drawing.panels[0].x.title, "sync: response time, p99 (ms)");
    assert_eq!(figure.drawing.panels[1].rules[0].at, At::X(0.01));
}

#[test]
fn a_gain_over_the_formula_lies_at_its_share_of_it() {
    let figure =
        (table_chart("formula").unwrap().draw)(&sweep(), &Choice::default(), &Page::PAPER).unwrap();
    let below = &figure.drawing.panels[1];
    let loops = below.series.iter().find(|series| series.name.starts_with("loops")).unwrap();
    let spot = loops.shape.spots().iter().find(|spot| (spot.x - 10.0).abs() < 1e-9).unwrap();
    assert!((spot.y - 10.3 / 11.0).abs() < 1e-12, "{spot:?}");
    assert!(
        below.series.iter().all(|series| !series.name.contains("sync")),
        "the baseline gains nothing"
    );
}

#[test]
fn exact_theory_is_drawn_over_what_agrees_with_it_and_below_too_where_the_axis_shows_differences() {
    let figure =
        (table_chart("formula").unwrap().draw)(&sweep(), &Choice::default(), &Page::PAPER).unwrap();
    for panel in &figure.drawing.panels {
        let names: Vec<&str> = panel.series.iter().map(|series| series.name.as_str()).collect();
        let place = |name: &str| names.iter().position(|other| other.starts_with(name)).unwrap();
        assert!(place("formula") < place("bound"), "{names:?}");
        assert!(place("bound") < place("threads"), "{names:?}");
        assert!(place("threads") < place("exact theory"), "{names:?}");
    }
    let below = &figure.drawing.panels[1];
    assert!(below.y.axis.from > 0.5, "gains from 0.93 on: {:?}", below.y.axis);
}

#[test]
fn captions_of_sweeps_and_tornados_have_what_their_studies_took() {
    use super::super::files::Manifest;
    use crate::study::result::Effort;
    let effort = Effort::and(Some(Effort::and(None, 10, 0.5)), 40, 2.0);
    let manifest = Manifest { studies: Some(effort), ..Manifest::default() };
    let text = "input,runtime,metric,base,base_lo,base_hi,low,high\nn,sync,p99,0.1,0.099,0.101,0.08,0.13\n\
                n,loop,p99,0.01,0.00988,0.01012,0.009,0.011\n";
    let table = Table::read(text.as_bytes()).unwrap();
    let figure =
        (table_chart("tornado").unwrap().draw)(&table, &Choice::default(), &Page::PAPER).unwrap();
    let files = figure.files("t", &[], &Provenance::of_manifest(&manifest)).unwrap();
    let caption = files.iter().find(|(name, _)| name.ends_with("caption.txt")).unwrap();
    let caption = String::from_utf8_lossy(&caption.1).into_owned();
    let said = "10 to 40 replications of each study, warm-up 500 ms to 2 s, \
                95 % intervals of response time, p99 within ± 1.2 %";
    assert!(caption.contains(said), "{caption}");
}

#[test]
fn rows_at_one_place_are_split_by_what_tells_them_apart_or_not_joined() {
    let xy = |text: &str, by: Option<&str>| {
        let table = Table::read(text.as_bytes()).unwrap();
        let name = |name: &str| Some(name.to_owned());
        let choice = Choice { x: name("x"), y: name("y"), by: by.map(str::to_owned) };
        (table_chart("xy").unwrap().draw)(&table, &choice, &Page::PAPER).unwrap()
    };
    let tidy =
        "x,c,scenario,runtime,y\n1,4,,a,1\n1,4,,b,5\n2,4,,a,2\n2,4,,b,7\n1,8,,a,1\n2,8,,b,9\n";
    let figure = xy(tidy, Some("c"));
    let names: Vec<&str> =
        figure.drawing.panels[0].series.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(names, ["c 4, a", "c 4, b", "c 8, a", "c 8, b"]);
    assert!(figure.hints()[0].contains("split by runtime"), "{:?}", figure.hints());
    // Nobody knows what tells these apart.
    let plain = xy("x,y,server\n1,1,a\n1,5,b\n2,2,a\n2,7,b\n", None);
    let shape = &plain.drawing.panels[0].series[0].shape;
    assert!(matches!(shape, super::drawing::Shape::Points(_)), "{shape:?}");
    assert!(plain.hints()[0].contains("--by COLUMN"), "{:?}", plain.hints());
    assert!(xy("x,y,server\n1,1,a\n1,5,b\n2,2,a\n2,7,b\n", Some("server")).hints().is_empty());
}

/// The text of a figure's file with this ending.
fn file(figure: &Figure, ending: &str) -> String {
    let files = figure.files("t", &[], &Provenance::unknown()).unwrap();
    let file = files.into_iter().find(|(name, _)| name.ends_with(ending)).unwrap();
    String::from_utf8(file.1).unwrap()
}

/// Every chart there is, drawn on a page.
fn every_chart(page: &Page) -> Vec<(&'static str, Figure)> {
    let of_runs = CHARTS
        .iter()
        .map(|chart| (chart.name, (chart.draw)(&fixture::web_request(), page).unwrap().unwrap()));
    let of_tables = TABLE_CHARTS.iter().map(|chart| {
        let table = if chart.name == "tornado" { effects() } else { sweep() };
        let column = |name: &str| Some(name.to_owned());
        let choice = match chart.name {
            "xy" => Choice { x: column("load.rate"), y: column("p99"), by: None },
            _ => Choice::default(),
        };
        (chart.name, (chart.draw)(&table, &choice, page).unwrap())
    });
    let parity = parity::draw(&super::super::validate::tests::validation(), page).unwrap();
    of_runs.chain(of_tables).chain(parity.map(|figure| ("parity", figure))).collect()
}

#[test]
fn a_pgfplots_file_is_as_wide_as_the_picture_and_has_its_words() {
    for (page, box_) in [(Page::PAPER, "(249.45,"), (Page::SCREEN, "(453.54,")] {
        for (name, figure) in every_chart(&page) {
            let tex = file(&figure, ".tex");
            let bounds = format!("\\useasboundingbox (0,0) rectangle {box_}");
            assert!(tex.contains(&bounds), "{name}: {tex}");
            for (words, _) in texts(&figure.ink) {
                assert!(tex.contains(&tex::write::text(&words)), "{name}: {words}");
            }
        }
    }
}

#[test]
fn a_pgfplots_file_of_gains_has_a_dot_for_each_value_and_no_bars() {
    let (_, figure) = every_chart(&Page::PAPER).remove(0);
    let tex = file(&figure, ".tex");
    assert_eq!(tex.matches("\\addplot[only marks").count(), figure.csv.lines().count() - 1);
    assert!(tex.contains("coordinates {(78.71,") && tex.contains("|-|"), "{tex}");
    assert!(!tex.contains("\\fill["), "{tex}");
}

#[test]
fn a_caption_has_the_precision_of_what_is_drawn() {
    let all = every_chart(&Page::PAPER);
    let caption =
        |name: &str| file(&all.iter().find(|(other, _)| *other == name).unwrap().1, "caption.txt");
    for (chart, words) in [
        ("gain", "95 % intervals of gain within ± 0.29 %"),
        ("load", "95 % intervals of throughput within ± 1 %"),
        ("formula", "95 % intervals of gain in throughput within ± 2 %"),
        ("heat", "95 % intervals of gain in throughput within ± 2 %"),
        ("latency", "95 % intervals of response time within"),
        ("breakdown", "95 % intervals of the mean response time within"),
    ] {
        let caption = caption(chart);
        assert!(caption.contains(words), "{chart}: {caption}");
        assert_eq!(caption.matches("within ±").count(), 1, "{chart}: {caption}");
    }
    assert!(!caption("xy").contains("95 % intervals of"), "its column has no interval");
}

#[test]
fn a_long_name_of_a_row_takes_two_lines_and_none_is_cut() {
    let text = "input,runtime,metric,low_set,high_set,base,low,high\n\
                runtime.threads.threads,sync,p99,518,778,0.1,0.08,0.13\n\
                request.search.steps.cpu,sync,p99,1 us,2 us,0.1,0.07,0.2\n";
    let table = Table::read(text.as_bytes()).unwrap();
    let draw = table_chart("tornado").unwrap().draw;
    for width_mm in [60.0, 84.5, 88.0] {
        let page = Page { width_mm, ..Page::PAPER };
        let figure = draw(&table, &Choice::default(), &page).unwrap();
        assert_clear(&figure.ink);
        let all: Vec<String> = texts(&figure.ink).into_iter().map(|(text, _)| text).collect();
        assert!(all.iter().all(|text| !text.contains('…')), "{all:?}");
        assert!(all.join(" ").contains("threads: threads, 518–778"), "{all:?}");
        assert!(all.join(" ").contains("1 µs–2 µs"), "{all:?}");
    }
}

#[test]
fn a_heat_map_of_three_axes_names_its_panels_whole_in_one_column_of_a_paper() {
    let mut text =
        String::from("load.clients,host.cores,runtime.threads.threads,scenario,runtime,gain\n");
    for (clients, cores) in [16, 32, 64].iter().flat_map(|n| [2, 4].map(|c| (n, c))) {
        for threads in [50, 648] {
            for (runtime, gain) in
                [("sync", 1), ("threads", clients * cores + threads), ("loops", clients * cores)]
            {
                text += &format!("{clients},{cores},{threads},,{runtime},{gain}\n");
            }
        }
    }
    let table = Table::read(text.as_bytes()).unwrap();
    let figure =
        (table_chart("heat").unwrap().draw)(&table, &Choice::default(), &Page::PAPER).unwrap();
    assert_clear(&figure.ink);
    let all: Vec<String> = texts(&figure.ink).into_iter().map(|(text, _)| text).collect();
    assert!(all.iter().all(|text| !text.contains('…')), "{all:?}");
    assert!(all.contains(&"gain over sync".to_owned()), "{all:?}");
    assert_eq!(all.iter().filter(|text| *text == "threads: threads 648").count(), 2, "{all:?}");
}

#[test]
fn a_pgfplots_file_labels_what_the_picture_labels_and_has_the_figures_of_rows() {
    let gains =
        (table_chart("formula").unwrap().draw)(&sweep(), &Choice::default(), &Page::PAPER).unwrap();
    let text = file(&gains, ".tex");
    assert!(text.contains("ytick={1,2,5,10") && text.contains("minor ytick={"), "{text}");
    let tornado =
        (table_chart("tornado").unwrap().draw)(&effects(), &Choice::default(), &Page::PAPER)
            .unwrap();
    let text = file(&tornado, ".tex");
    assert!(text.contains("{130 \\%}"), "{text}");
}
