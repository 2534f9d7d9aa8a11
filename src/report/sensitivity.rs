//! A tornado as text, JSON and CSV.

use serde_json::{Value, json};

use super::number::{self, deviation};
use super::plan::in_unit;
use super::style::{Style, Tone};
use super::table::{Cell, Table};
use super::wrap::{hanging, pieces};
use super::{csv, markdown};
use crate::model::Model;
use crate::model::metric::MetricUnit;
use crate::study::result::Estimate;
use crate::study::sensitivity::{Bar, Tornado};

/// Bars of each runtime that a screen shows.
const MOST_SHOWN: usize = 15;

/// Halves of the drawn bars, in characters.
const DRAWN: f64 = 8.0;

/// A tornado with what it is of.
#[derive(Debug)]
pub struct Sensitivity<'a> {
    /// The model without changes.
    pub model: &'a Model,
    /// The bars.
    pub tornado: &'a Tornado,
    /// What the metric is measured in.
    pub unit: MetricUnit,
}

/// The bars as a screen shows them, a table a runtime.
#[must_use]
pub fn text(all: &Sensitivity<'_>, style: &Style) -> String {
    let line = pieces(&head(all), style.columns());
    let mut lines: Vec<String> = line.iter().map(|line| style.paint(Tone::Head, line)).collect();
    for table in tables(all) {
        lines.push(String::new());
        lines.extend(table.lines(style));
    }
    let remarks = remarks(all);
    if !remarks.is_empty() {
        lines.push(String::new());
    }
    for text in remarks {
        lines.extend(hanging("  Note ", &text, style.columns()));
    }
    lines.join("\n") + "\n"
}

/// The same in Markdown.
#[must_use]
pub fn markdown(all: &Sensitivity<'_>) -> String {
    let mut blocks = vec![format!("## {}", markdown::escaped(&head(all).join(", ")))];
    blocks.extend(tables(all).iter().map(markdown::table));
    blocks
        .extend(remarks(all).iter().map(|text| format!("- **Note** {}", markdown::escaped(text))));
    blocks.join("\n\n") + "\n"
}

/// The bars as one JSON object, its last line ended.
#[must_use]
pub fn json(all: &Sensitivity<'_>) -> String {
    let estimate = |estimate: &Estimate| json!({ "value": estimate.value, "ci95": estimate.ci95 });
    let side = |bar: &Bar, side: usize| {
        let Value::Object(mut object) = estimate(&bar.at[side]) else { return Value::Null };
        object.insert("set".into(), bar.set[side].clone().into());
        Value::Object(object)
    };
    let bars: Vec<Value> = all
        .tornado
        .bars
        .iter()
        .map(|bar| {
            json!({
                "input": bar.input, "runtime": bar.runtime, "base": estimate(&bar.base),
                "low": side(bar, 0), "high": side(bar, 1), "swing": bar.swing(),
                "swing_ci95": bar.swing_ci95,
            })
        })
        .collect();
    let object = json!({
        "metric": all.tornado.metric, "by": all.tornado.by, "seed": all.model.run.seed,
        "bars": bars, "left_out": all.tornado.left_out, "inputs": all.tornado.inputs,
        "interrupted": all.tornado.done < all.tornado.inputs,
    });
    serde_json::to_string_pretty(&object).unwrap_or_default() + "\n"
}

/// The bars as a tidy table, in base units.
///
/// # Errors
///
/// Those of the writer, which memory has none of.
pub fn table(all: &Sensitivity<'_>) -> std::io::Result<String> {
    let mut titles: Vec<String> =
        ["input", "runtime", "metric", "by", "low_set", "high_set"].map(str::to_owned).into();
    for name in ["base", "low", "high"] {
        titles.extend([name.to_owned(), format!("{name}_lo"), format!("{name}_hi")]);
    }
    titles.extend(["swing", "swing_lo", "swing_hi"].map(str::to_owned));
    let mut bytes = Vec::new();
    csv::write_titles(&titles, &mut bytes)?;
    let number = |number: Option<f64>| {
        number.filter(|n| n.is_finite()).map_or_else(String::new, |n| n.to_string())
    };
    for bar in &all.tornado.bars {
        let mut cells = vec![
            bar.input.clone(),
            bar.runtime.clone(),
            all.tornado.metric.clone(),
            number::percent(all.tornado.by),
        ];
        cells.extend(bar.set.iter().cloned());
        for estimate in [&bar.base, &bar.at[0], &bar.at[1]] {
            let [low, high] = estimate.ci95.map_or([None; 2], |ends| ends.map(Some));
            cells.extend([number(estimate.value), number(low), number(high)]);
        }
        let [low, high] = bar.swing_ci95.map_or([None; 2], |ends| ends.map(Some));
        cells.extend([number(bar.swing()), number(low), number(high)]);
        csv::write_titles(&cells, &mut bytes)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn head(all: &Sensitivity<'_>) -> Vec<String> {
    let by = number::percent(all.tornado.by);
    vec![
        all.model.name.clone(),
        format!("what ± {by} of each input does to {}", all.tornado.metric),
        format!("seed {}", all.model.run.seed),
    ]
}

fn tables(all: &Sensitivity<'_>) -> Vec<Table> {
    let mut tables = Vec::new();
    for runtime in &all.model.runtimes {
        let bars = all.tornado.bars.iter().filter(|bar| bar.runtime == runtime.name);
        let bars: Vec<&Bar> = bars.take(MOST_SHOWN).collect();
        let Some(base) = bars.first().map(|bar| bar.base) else { continue };
        let shown = |estimate: &Estimate| {
            estimate.value.map_or_else(|| number::NONE.to_owned(), |value| in_unit(all.unit, value))
        };
        if base.value.is_none() {
            continue;
        }
        let title = format!("{}: {} {}", runtime.name, all.tornado.metric, shown(&base));
        let mut table = Table::of(title, bars.iter().map(|bar| bar.input.clone()));
        for (side, sign) in ["-", "+"].into_iter().enumerate() {
            let by = number::percent(all.tornado.by);
            let cells = bars.iter().map(|bar| Cell::number(shown(&bar.at[side])));
            table.push(format!("{sign}{by}"), cells);
        }
        let swing = bars.iter().map(|bar| match bar.swing() {
            Some(_) if bar.by_chance() => Cell::number("by chance").toned(Tone::Faint),
            Some(swing) => Cell::number(swung(swing, bar.swing_ci95)),
            None => Cell::number(number::NONE),
        });
        table.push("swing", swing);
        let widest = bars.iter().flat_map(|bar| moves(bar)).map(f64::abs).fold(0.0, f64::max);
        table.push("", bars.iter().map(|bar| Cell::prose(drawn(bar, widest))));
        tables.push(table);
    }
    tables
}

/// `+12.3 % ± 0.4`.
fn swung(swing: f64, ci95: Option<[f64; 2]>) -> String {
    let half = ci95.map(|[low, high]| (high - low) * 50.0).filter(|half| *half >= 0.05);
    let half = half.map_or_else(String::new, |half| format!(" ± {}", number::figure(half, 2)));
    format!("{}{half}", deviation(1.0 + swing))
}

/// How far less and more move the metric from its base.
fn moves(bar: &Bar) -> [f64; 2] {
    let base = bar.base.value.unwrap_or(0.0);
    let from = |estimate: &Estimate| estimate.value.map_or(0.0, |value| value - base);
    [from(&bar.at[0]), from(&bar.at[1])].map(|by| if by.is_finite() { by } else { 0.0 })
}

/// The bar in characters, the base in the middle: `----------|++++++    `.
fn drawn(bar: &Bar, widest: f64) -> String {
    let mut cells = vec![' '; 2 * DRAWN as usize + 1];
    cells[DRAWN as usize] = '|';
    for (by, sign) in moves(bar).into_iter().zip(['-', '+']) {
        let length = if widest > 0.0 { (by / widest * DRAWN).round() as i32 } else { 0 };
        let middle = DRAWN as i32;
        let range =
            if length < 0 { middle + length..middle } else { middle + 1..middle + 1 + length };
        for place in range {
            cells[place as usize] = sign;
        }
    }
    cells.into_iter().collect::<String>().trim_end().to_owned()
}

fn remarks(all: &Sensitivity<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    let Tornado { inputs, done, .. } = *all.tornado;
    if done < inputs {
        let text =
            format!("interrupted: {done} of {inputs} inputs were changed; others may matter more");
        remarks.push(text);
    }
    remarks.push("swing: from less to more, as a share of the value without a change".to_owned());
    let of_each = all.tornado.bars.len() / all.model.runtimes.len().max(1);
    if of_each > MOST_SHOWN {
        remarks.push(format!("{MOST_SHOWN} of {of_each} inputs are shown; all are in the CSV"));
    }
    if !all.tornado.left_out.is_empty() {
        let names = all.tornado.left_out.join(", ");
        remarks.push(format!("left out, for a share of it is no value of the model: {names}"));
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Load, Runtime, runtime::SyncWorker};

    #[test]
    fn bars_are_drawn_around_the_base_and_chance_is_named() {
        let model =
            Model::new("m", Load::closed(1), vec![], vec![Runtime::new("w", SyncWorker::new(1))]);
        let about = |value: f64| Estimate {
            ci95: Some([value * 0.99, value * 1.01]),
            ..Estimate::exactly(value)
        };
        let bar = |input: &str, low: f64, high: f64| Bar {
            input: input.to_owned(),
            runtime: "w".to_owned(),
            set: ["a".to_owned(), "b".to_owned()],
            base: about(0.1),
            swing_ci95: None,
            at: [about(low), about(high)],
        };
        let bars =
            vec![bar("all I/O", 0.08, 0.12), bar("host.cores", 0.11, 0.09), bar("x", 0.1, 0.1)];
        let tornado = Tornado {
            metric: "p99".to_owned(),
            by: 0.2,
            bars,
            left_out: vec!["mode".to_owned()],
            inputs: 3,
            done: 3,
            effort: None,
        };
        let all = Sensitivity { model: &model, tornado: &tornado, unit: MetricUnit::Time };
        let text = text(&all, &Style::PLAIN);
        assert!(text.contains("w: p99 100 ms"), "{text}");
        assert!(text.contains("--------|++++++++"), "{text}");
        assert!(text.contains("++++|----"), "{text}");
        assert!(text.contains("+40.0 %") && text.contains("by chance"), "{text}");
        assert!(
            text.contains("left out, for a share of it is no value of the model: mode"),
            "{text}"
        );
        let csv = table(&all).unwrap();
        assert!(csv.starts_with("input,runtime,metric,by,low_set,high_set,base,base_lo,"), "{csv}");
        assert_eq!(csv.lines().count(), 4);
        let json: Value = serde_json::from_str(&json(&all)).unwrap();
        assert_eq!(json["bars"][0]["low"]["value"], 0.08);
    }
}
