//! Writes mutants into a source file, each behind a question whether it is the one to be tried.
//!
//! An operand stands in the result once, however many mutants its operator has, so that nested expressions do not grow
//! without bound. Where each mutant begins and ends is written down in comments, by which an error of the
//! compiler is taken back to its mutants.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::list::{Genre, Mutant, Place};

/// A place of the source that is written anew.
struct Edit {
    range: Range<usize>,
    mutants: Vec<usize>,
    shape: Shape,
}

enum Shape {
    /// Text before what stands there.
    Before(String),
    /// Both operands are worked out, then one of several operators is used; by reference where they are compared.
    Binary {
        left: Range<usize>,
        right: Range<usize>,
        operator: String,
        others: Vec<String>,
        compared: bool,
    },
    /// `&&` or `||`, one of which becomes the other.
    Lazy { left: Range<usize>, right: Range<usize>, and: bool },
    /// `+=` and the like.
    Assign { left: Range<usize>, right: Range<usize>, operator: String, others: Vec<String> },
    /// `!` or `-`, deleted.
    Unary { operand: Range<usize>, operator: String },
    /// A guard that always or never holds; without a guard, an arm that is never taken.
    Guard { guard: Option<Range<usize>>, always: Vec<usize>, never: Vec<usize> },
    /// A field that is taken from the base of its struct.
    Field { name: String, value: Range<usize>, base: String },
}

/// The source with these mutants in it, and which of them found no place.
pub fn insert(
    source: &str,
    mutants: &[(usize, &Mutant)],
) -> Result<(String, Vec<usize>), syn::Error> {
    let file = syn::parse_file(source)?;
    let mut by_place: HashMap<(Place, Kind), Vec<(usize, String)>> = HashMap::new();
    for (id, mutant) in mutants {
        let key = (mutant.span.start, Kind::of(mutant.genre));
        by_place.entry(key).or_default().push((*id, mutant.replacement.clone()));
    }
    let mut finder = Finder { source, by_place, edits: Vec::new(), constant: 0 };
    finder.visit_file(&file);
    let mut left: Vec<usize> = finder.by_place.into_values().flatten().map(|(id, _)| id).collect();
    left.sort_unstable();
    // Of two with the same range the outer one was found later.
    let mut edits = finder.edits;
    edits.reverse();
    edits.sort_by_key(|edit| (edit.range.start, !edit.range.is_empty(), Reverse(edit.range.end)));
    let writer = Writer { source, edits };
    Ok((writer.text(0..source.len(), 0), left))
}

/// Which mutants can be at one place without being of one edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Body,
    Operator,
    Arm,
    Guard,
    Field,
}

impl Kind {
    fn of(genre: Genre) -> Self {
        match genre {
            Genre::FnValue => Self::Body,
            Genre::BinaryOperator | Genre::UnaryOperator => Self::Operator,
            Genre::MatchArm => Self::Arm,
            Genre::MatchArmGuard => Self::Guard,
            Genre::StructField => Self::Field,
        }
    }
}

struct Finder<'a> {
    source: &'a str,
    by_place: HashMap<(Place, Kind), Vec<(usize, String)>>,
    edits: Vec<Edit>,
    /// How many constants, in which no mutant can be chosen at run time, are around.
    constant: usize,
}

impl Finder<'_> {
    fn take(&mut self, at: proc_macro2::Span, genre: Kind) -> Vec<(usize, String)> {
        if self.constant > 0 {
            return Vec::new();
        }
        self.by_place.remove(&(at.start().into(), genre)).unwrap_or_default()
    }

    fn push(&mut self, range: Range<usize>, mutants: Vec<usize>, shape: Shape) {
        self.edits.push(Edit { range, mutants, shape });
    }

    fn body(&mut self, block: &syn::Block) {
        let Some(first) = block.stmts.first() else { return };
        let found = self.take(first.span(), Kind::Body);
        if found.is_empty() {
            return;
        }
        let start = first.span().byte_range().start;
        let text: String = found
            .iter()
            .map(|(id, value)| format!("/*<{id}*/if {} {{ return {value}; }}/*>*/ ", chosen(*id)))
            .collect();
        self.push(start..start, found.iter().map(|(id, _)| *id).collect(), Shape::Before(text));
    }

    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        if signature.constness.is_some() {
            self.constant += 1;
            visit::visit_block(self, block);
            self.constant -= 1;
        } else {
            self.body(block);
            visit::visit_block(self, block);
        }
    }
}

/// Whether an operand of a chain of `&&` binds names, and so cannot leave its place.
fn binds(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => binds(&binary.left) || binds(&binary.right),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.constant += 1;
        visit::visit_item_const(self, item);
        self.constant -= 1;
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.constant += 1;
        visit::visit_impl_item_const(self, item);
        self.constant -= 1;
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.constant += 1;
        visit::visit_item_static(self, item);
        self.constant -= 1;
    }

    fn visit_expr_repeat(&mut self, repeat: &'ast syn::ExprRepeat) {
        self.visit_expr(&repeat.expr);
    }

    fn visit_pat(&mut self, _: &'ast syn::Pat) {}

    fn visit_type(&mut self, _: &'ast syn::Type) {}

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        visit::visit_expr_binary(self, binary);
        let lazy = matches!(binary.op, syn::BinOp::And(_) | syn::BinOp::Or(_));
        if lazy && (binds(&binary.left) || binds(&binary.right)) {
            return;
        }
        let found = self.take(binary.op.span(), Kind::Operator);
        if found.is_empty() {
            return;
        }
        let (left, right) = (binary.left.span().byte_range(), binary.right.span().byte_range());
        let operator = self.source[binary.op.span().byte_range()].to_owned();
        let range = left.start..right.end;
        let (ids, others): (Vec<usize>, Vec<String>) = found.into_iter().unzip();
        let shape = match operator.as_str() {
            "&&" | "||" => Shape::Lazy { left, right, and: operator == "&&" },
            "==" | "!=" | "<" | "<=" | ">" | ">=" => {
                Shape::Binary { left, right, operator, others, compared: true }
            }
            _ if operator.ends_with('=') => Shape::Assign { left, right, operator, others },
            _ => Shape::Binary { left, right, operator, others, compared: false },
        };
        self.push(range, ids, shape);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        visit::visit_expr_unary(self, unary);
        let found = self.take(unary.op.span(), Kind::Operator);
        if found.is_empty() {
            return;
        }
        let operator = self.source[unary.op.span().byte_range()].to_owned();
        let ids = found.into_iter().map(|(id, _)| id).collect();
        let shape = Shape::Unary { operand: unary.expr.span().byte_range(), operator };
        self.push(unary.span().byte_range(), ids, shape);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        visit::visit_arm(self, arm);
        let guard = arm.guard.as_ref().map(|(_, guard)| guard);
        if guard.is_some_and(|guard| binds(guard)) {
            return;
        }
        let mut never: Vec<usize> =
            self.take(arm.span(), Kind::Arm).into_iter().map(|(id, _)| id).collect();
        let mut always = Vec::new();
        if let Some(guard) = guard {
            for (id, value) in self.take(guard.span(), Kind::Guard) {
                if value == "true" { always.push(id) } else { never.push(id) }
            }
        }
        let ids: Vec<usize> = always.iter().chain(&never).copied().collect();
        if ids.is_empty() {
            return;
        }
        let at = arm.pat.span().byte_range().end;
        let guard = guard.map(|guard| guard.span().byte_range());
        let range = guard.clone().unwrap_or(at..at);
        self.push(range, ids, Shape::Guard { guard, always, never });
    }

    fn visit_expr_struct(&mut self, made: &'ast syn::ExprStruct) {
        visit::visit_expr_struct(self, made);
        let Some(base) = &made.rest else { return };
        let base = self.source[base.span().byte_range()].to_owned();
        for field in &made.fields {
            let found = self.take(field.span(), Kind::Field);
            let (Some((id, _)), syn::Member::Named(name)) = (found.first(), &field.member) else {
                continue;
            };
            let shape = Shape::Field {
                name: name.to_string(),
                value: field.expr.span().byte_range(),
                base: base.clone(),
            };
            self.push(field.span().byte_range(), vec![*id], shape);
        }
    }
}

fn chosen(id: usize) -> String {
    format!("crate::mutant::is({id})")
}

struct Writer<'a> {
    source: &'a str,
    /// In the order of their starts, an outer before an inner one.
    edits: Vec<Edit>,
}

impl Writer<'_> {
    /// This part of the source, with the edits in it from this number on.
    fn text(&self, range: Range<usize>, from: usize) -> String {
        let mut text = String::new();
        let (mut at, mut next) = (range.start, from);
        while let Some(edit) = self.edits.get(next) {
            if edit.range.start >= range.end {
                break;
            }
            if edit.range.start < at {
                next += 1;
                continue;
            }
            text.push_str(&self.source[at..edit.range.start]);
            text.push_str(&self.edited(edit, next + 1));
            at = edit.range.end;
            next += 1;
        }
        text.push_str(&self.source[at..range.end]);
        text
    }

    fn edited(&self, edit: &Edit, inner: usize) -> String {
        let ids: Vec<String> = edit.mutants.iter().map(ToString::to_string).collect();
        let open = format!("/*<{}*/", ids.join(","));
        let part = |range: &Range<usize>| self.text(range.clone(), inner);
        let choice = |others: &[String], left: &str, unchanged: &str| {
            let mut text = String::new();
            for (id, other) in edit.mutants.iter().zip(others) {
                text.push_str(&format!("if {} {{ {left} {other} __r }} else ", chosen(*id)));
            }
            text + &format!("{{ {unchanged} __r }}")
        };
        match &edit.shape {
            Shape::Before(text) => text.clone(),
            Shape::Binary { left, right, operator, others, compared } => {
                let (left, right) = (part(left), part(right));
                let by = if *compared { "&" } else { "" };
                let choice = choice(others, "__l", &format!("__l {operator}"));
                format!(
                    "{open}(match ({by}({left}), {by}({right})) {{ (__l, __r) => {choice} }})/*>*/"
                )
            }
            Shape::Lazy { left, right, and } => {
                let (left, right) = (part(left), part(right));
                let relation = if *and { "!=" } else { "==" };
                let chosen = chosen(edit.mutants[0]);
                format!(
                    "{open}(match ({left}) {{ __l => if __l {relation} {chosen} {{ {right} }} else {{ __l }} }})/*>*/"
                )
            }
            Shape::Assign { left, right, operator, others } => {
                let place = format!("{} {operator}", part(left));
                let choice = choice(others, &self.source[left.clone()], &place);
                format!("{open}match ({}) {{ __r => {choice} }}/*>*/", part(right))
            }
            Shape::Unary { operand, operator } => {
                let chosen = chosen(edit.mutants[0]);
                format!(
                    "{open}(match ({}) {{ __v => if {chosen} {{ __v }} else {{ {operator}__v }} }})/*>*/",
                    part(operand)
                )
            }
            Shape::Guard { guard, always, never } => {
                let never: String =
                    never.iter().map(|id| format!("!{} && ", chosen(*id))).collect();
                let always: String =
                    always.iter().map(|id| format!("{} || ", chosen(*id))).collect();
                match guard {
                    Some(guard) => format!("{open}({never}({always}({})))/*>*/", part(guard)),
                    None => format!(" if {open}{never}true/*>*/"),
                }
            }
            Shape::Field { name, value, base } => {
                let chosen = chosen(edit.mutants[0]);
                let value = part(value);
                format!("{name}: {open}if {chosen} {{ ({base}).{name} }} else {{ {value} }}/*>*/")
            }
        }
    }
}
