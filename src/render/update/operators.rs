//! Changes as the server's update operators, those of list items with array filters.

use super::{
    equal::is_composite_item,
    odd::leaves_null,
    stamp::{Stamps, put},
};
use crate::{
    Error, Result,
    query::{BitOperation, End, Expr, Operation, Placed, Test, is_nan},
    render::{
        filter::{render_item, render_item_is},
        matching::{Match, any_of},
    },
    schema::{Kind, Layout, Schema},
};
use bson::{Bson, Document, doc};

/// Whether the change has no effect on what is not there, where its operator would have one, or is not known to the operator.
pub(super) fn depends_on_none(Placed { change, place, .. }: &Placed) -> bool {
    match &change.operation {
        Operation::Inc(_) | Operation::Mul(_) | Operation::Min(_) | Operation::Max(_) => place.is_optional(),
        // The server compares whole documents, and finds NaN equal to itself.
        Operation::AddToSet(items) => {
            items.iter().any(|item| is_composite_item(&place.kind, item)) || items.len() > 1 && items.iter().any(is_nan)
        }
        Operation::Pull(_) | Operation::Pop(_) => leaves_null(place),
        _ => false,
    }
}

/// The path without the names of array filters.
fn declared(path: &str) -> String {
    path.split('.').filter(|segment| !segment.starts_with("$[")).collect::<Vec<_>>().join(".")
}

pub(super) struct Operators<'s> {
    schema: &'s Schema,
    update: Document,
    /// By the name that stands for the items in paths.
    array_filters: Vec<(String, Document)>,
}

impl<'s> Operators<'s> {
    /// The update, which is empty where no change has an effect, and its array filters.
    pub(super) fn render(schema: &'s Schema, changes: &[Placed], stamps: Stamps) -> Result<(Document, Vec<Document>)> {
        let mut operators = Self { schema, update: Document::new(), array_filters: Vec::new() };
        for placed in changes {
            operators.change("", placed)?;
        }
        stamps.put(&mut operators.update);
        let Self { update, array_filters, .. } = operators;
        // The server takes no filter that no path names, as that of items of which nothing is changed in the end.
        let names = |name: &str| {
            let paths = update.values().filter_map(Bson::as_document).flat_map(Document::keys);
            paths.into_iter().any(|path| path.contains(name))
        };
        let array_filters = array_filters.into_iter().filter(|(name, _)| names(&format!("$[{name}]"))).map(|(_, filter)| filter).collect();
        Ok((update, array_filters))
    }

    /// Notes the change of a document, or of an item to which `base` leads.
    fn change(&mut self, base: &str, placed: &Placed) -> Result<()> {
        let Placed { change, place, inner } = placed;
        let path = &format!("{base}{}", change.stored());
        match &change.operation {
            Operation::Set(Bson::Null) if !place.stores_null() => self.put("$unset", path, ""),
            Operation::Unset => self.put("$unset", path, ""),
            Operation::Set(value) => self.put("$set", path, value.clone()),
            Operation::Inc(amount) => self.put("$inc", path, amount.clone()),
            Operation::Mul(factor) => self.put("$mul", path, factor.clone()),
            Operation::Min(value) => self.put("$min", path, value.clone()),
            Operation::Max(value) => self.put("$max", path, value.clone()),
            Operation::Bits(operation, mask) => self.put("$bit", path, doc! { bit_name(*operation): mask.clone() }),
            Operation::CurrentDate => {
                let kind = if matches!(place.kind, Kind::Timestamp) { "timestamp" } else { "date" };
                self.put("$currentDate", path, doc! { "$type": kind });
            }
            Operation::Push(items) => self.put("$push", path, each(items)),
            // Elsewhere such an item stands in a pipeline; of the items of a list only those are reached that have it not.
            Operation::AddToSet(items) if items.iter().any(|item| is_composite_item(&place.kind, item) || is_nan(item)) => {
                self.put("$push", path, each(items));
            }
            Operation::AddToSet(items) => self.put("$addToSet", path, each(items)),
            Operation::Pull(items) => self.pull(path, placed, items)?,
            Operation::PullWhere(of) => match render_item(self.schema, place.layout, "", of)? {
                Match::Nothing => {}
                rendered => self.put("$pull", path, rendered.into_document()),
            },
            Operation::Pop(End::Last) => self.put("$pop", path, 1),
            Operation::Pop(End::First) => self.put("$pop", path, -1),
            Operation::Elements(of, _) => self.elements(path, place.layout, of, inner)?,
            Operation::Fault(error) => return Err(Error::rule(self.schema, declared(path), error.rule())),
        }
        Ok(())
    }

    fn put(&mut self, operator: &str, path: &str, value: impl Into<Bson>) {
        put(&mut self.update, operator, path, value);
    }

    /// Composites are looked for by their fields, everything else by its value; `$pullAll` takes a document or a pattern as it is.
    fn pull(&mut self, path: &str, Placed { place, .. }: &Placed, items: &[Bson]) -> Result<()> {
        let items: Vec<&Bson> = items.iter().filter(|item| !is_nan(item)).collect();
        let of_composites = matches!(place.kind, Kind::Array(Kind::Composite(_)));
        let documents: Vec<&Document> = items.iter().filter_map(|item| item.as_document()).collect();
        match items.as_slice() {
            [] => {}
            [Bson::Null] => self.put("$pull", path, Bson::Null),
            _ if of_composites && documents.len() == items.len() => {
                let any: Result<Vec<Match>> = documents.into_iter().map(|item| render_item_is(self.schema, place.layout, item)).collect();
                match any_of(any?) {
                    Match::Nothing => {}
                    rendered => self.put("$pull", path, rendered.into_document()),
                }
            }
            _ if of_composites => return Err(Error::rule(self.schema, declared(path), "`None` and other items in updates of their own")),
            [item] if !matches!(item, Bson::Document(_) | Bson::RegularExpression(_)) => self.put("$pull", path, (*item).clone()),
            items => self.put("$pullAll", path, items.iter().map(|item| (*item).clone()).collect::<Vec<Bson>>()),
        }
        Ok(())
    }

    /// The changes of the items in the list at `list`. All share one array filter, but those that reach fewer items than the others.
    fn elements(&mut self, list: &str, layout: Layout, of: &Expr, inner: &[Placed]) -> Result<()> {
        let mut shared: Option<Option<String>> = None;
        for placed in inner {
            let segment = match reached(self.schema, list, placed)? {
                Some(only) => self.segment(layout, &of.clone().and(only))?,
                None => match &shared {
                    Some(segment) => segment.clone(),
                    None => shared.insert(self.segment(layout, of)?).clone(),
                },
            };
            if let Some(segment) = segment {
                self.change(&format!("{list}.{segment}."), placed)?;
            }
        }
        Ok(())
    }

    /// How a path names the items of which `of` is true; nothing where there are none.
    fn segment(&mut self, layout: Layout, of: &Expr) -> Result<Option<String>> {
        let name = format!("e{}", self.array_filters.len());
        Ok(match render_item(self.schema, layout, &name, of)? {
            Match::All => Some("$[]".to_owned()),
            Match::Nothing => None,
            Match::Doc(filter) => {
                let segment = format!("$[{name}]");
                self.array_filters.push((name, filter));
                Some(segment)
            }
        })
    }
}

/// The items that a change of list items has an effect on, where these are not all.
fn reached(schema: &Schema, list: &str, placed @ Placed { change, .. }: &Placed) -> Result<Option<Expr>> {
    let test = |test| Expr::Test(change.path.clone(), test).negate();
    match &change.operation {
        _ if !depends_on_none(placed) => Ok(None),
        Operation::AddToSet(items) => match items.as_slice() {
            [item] => Ok(Some(if is_nan(item) { Expr::All } else { test(Test::Has(item.clone())) })),
            _ => {
                Err(Error::rule(schema, declared(&format!("{list}.{}", change.stored())), "one such item at a time in the items of a list"))
            }
        },
        _ => Ok(Some(test(Test::IsNone))),
    }
}

/// One item as it is, several with `$each`; so too one that could be read as operators.
fn each(items: &[Bson]) -> Bson {
    match items {
        [Bson::Document(item)] if item.keys().any(|key| key.starts_with('$')) => Bson::from(doc! { "$each": items.to_vec() }),
        [item] => item.clone(),
        items => Bson::from(doc! { "$each": items.to_vec() }),
    }
}

fn bit_name(operation: BitOperation) -> &'static str {
    match operation {
        BitOperation::And => "and",
        BitOperation::Or => "or",
        BitOperation::Xor => "xor",
    }
}
