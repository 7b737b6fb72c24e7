//! [`plan_bulk`]: which statements of a bulk go into one command.

use super::{
    mend::{PlannedMend, plan_mends},
    statement::{Mend, Statement, StatementKind, outermost},
};
use crate::{Result, schema::Schema};
use bson::RawDocumentBuf;
use std::collections::BTreeSet;

/// Statements that go into one command, or into as many as their number and size ask for.
#[derive(Debug)]
pub(crate) struct PlannedCommand {
    pub(crate) schema: &'static Schema,
    pub(crate) kind: StatementKind,
    /// What goes ahead, in a command of its own.
    pub(crate) mends: Vec<PlannedMend>,
    /// The statements, each with the number of its operation.
    pub(crate) statements: Vec<(usize, RawDocumentBuf)>,
}

/// The commands of a bulk. In order, statements of one kind for one collection that follow each other are one command; else all of one kind for
/// one collection are, and the commands stand in the order of their first statements.
///
/// # Errors
/// What no command can carry.
pub(crate) fn plan_bulk(statements: Vec<Statement>, ordered: bool) -> Result<Vec<PlannedCommand>> {
    let mut groups: Vec<Group> = Vec::new();
    for statement in statements {
        let open = if ordered {
            groups.last_mut().filter(|last| last.takes(&statement) && !last.comes_first(&statement))
        } else {
            groups.iter_mut().find(|group| group.takes(&statement))
        };
        match open {
            Some(group) => group.add(statement),
            None => groups.push(Group::of(statement)),
        }
    }
    groups.into_iter().map(Group::into_command).collect()
}

/// A command that may take more statements.
struct Group {
    schema: &'static Schema,
    kind: StatementKind,
    statements: Vec<(usize, RawDocumentBuf)>,
    /// Each with the number of its operation.
    mends: Vec<(usize, Mend)>,
    /// The outermost fields that its statements change.
    changed: BTreeSet<String>,
    makes_odd: bool,
}

impl Group {
    fn of(statement: Statement) -> Self {
        let mut group = Self {
            schema: statement.schema,
            kind: statement.kind,
            statements: Vec::new(),
            mends: Vec::new(),
            changed: BTreeSet::new(),
            makes_odd: false,
        };
        group.add(statement);
        group
    }

    /// Whether it is the same command on the same collection. The shapes of one model have a schema each.
    fn takes(&self, statement: &Statement) -> bool {
        self.kind == statement.kind && self.schema.collection == statement.schema.collection
    }

    /// Whether its statements must have been made before it is known which documents the other one is to mend.
    fn comes_first(&self, statement: &Statement) -> bool {
        let Some(mend) = &statement.mend else { return false };
        let depends = |key: &str| if key.starts_with('$') { !self.changed.is_empty() } else { self.changed.contains(outermost(key)) };
        self.makes_odd || mend.filter.keys().any(|key| depends(key))
    }

    fn add(&mut self, statement: Statement) {
        self.statements.push((statement.operation, statement.document));
        self.mends.extend(statement.mend.map(|mend| (statement.operation, mend)));
        self.changed.extend(statement.touches.fields);
        self.makes_odd |= statement.touches.makes_odd;
    }

    fn into_command(self) -> Result<PlannedCommand> {
        let Self { schema, kind, statements, mends, .. } = self;
        Ok(PlannedCommand { schema, kind, mends: plan_mends(schema, mends)?, statements })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{StatementKind::*, *};
    use crate::render::bulk::statement::{Touches, encoded};
    use bson::{Document, doc};

    fn schema(collection: &'static str) -> &'static Schema {
        Box::leak(Box::new(Schema::bare("Any", collection)))
    }

    fn statement(operation: usize, schema: &'static Schema, kind: StatementKind) -> Statement {
        let document = encoded(schema, &doc! { "number": operation as i64 }).unwrap();
        Statement { operation, schema, kind, document, mend: None, touches: Touches::default() }
    }

    fn odd(field: &str) -> Document {
        doc! { field: { "$not": { "$type": "number" } } }
    }

    fn stage(field: &str) -> Document {
        doc! { "$set": { field: { "$ifNull": [format!("${field}"), 0] } } }
    }

    /// An update whose operators take no `n` that is missing.
    fn mending(operation: usize, schema: &'static Schema, filter: Document) -> Statement {
        let mend = Mend { filter, many: false, ways: vec![(odd("n"), stage("n"))] };
        Statement { mend: Some(mend), ..statement(operation, schema, Update) }
    }

    fn touching(statement: Statement, field: &str, makes_odd: bool) -> Statement {
        Statement { touches: Touches { fields: vec![field.to_owned()], makes_odd }, ..statement }
    }

    /// Each command's collection and kind, whether it mends, and the operations in it.
    fn planned(statements: Vec<Statement>, ordered: bool) -> Vec<(&'static str, StatementKind, bool, Vec<usize>)> {
        let mut planned = Vec::new();
        for command in plan_bulk(statements, ordered).unwrap() {
            let (collection, kind) = (command.schema.collection, command.kind);
            if !command.mends.is_empty() {
                planned.push((collection, kind, true, command.mends.iter().map(|mend| mend.operation).collect()));
            }
            planned.push((collection, kind, false, command.statements.iter().map(|(operation, _)| *operation).collect()));
        }
        planned
    }

    #[test]
    fn in_order_only_neighbours_share_a_command() {
        let (users, posts) = (schema("users"), schema("posts"));
        let mixed = || {
            let kinds =
                [(users, Insert), (users, Insert), (posts, Insert), (users, Insert), (users, Update), (users, Update), (posts, Delete)];
            kinds.into_iter().enumerate().map(|(at, (schema, kind))| statement(at, schema, kind)).collect::<Vec<_>>()
        };
        let in_order = [
            ("users", Insert, false, vec![0, 1]),
            ("posts", Insert, false, vec![2]),
            ("users", Insert, false, vec![3]),
            ("users", Update, false, vec![4, 5]),
            ("posts", Delete, false, vec![6]),
        ];
        assert_eq!(planned(mixed(), true), in_order);
        let in_any = [
            ("users", Insert, false, vec![0, 1, 3]),
            ("posts", Insert, false, vec![2]),
            ("users", Update, false, vec![4, 5]),
            ("posts", Delete, false, vec![6]),
        ];
        assert_eq!(planned(mixed(), false), in_any);
        assert!(planned(Vec::new(), true).is_empty());
    }

    #[test]
    fn odd_documents_are_mended_together_ahead_of_their_updates() {
        let users = schema("users");
        let mut both = mending(6, users, doc! { "_id": 2 });
        both.mend.as_mut().unwrap().ways.push((odd("m"), stage("m")));
        let updates = vec![
            statement(3, users, Update),
            mending(4, users, doc! { "_id": 1 }),
            mending(5, users, doc! { "mail": "a" }),
            both,
            mending(7, users, doc! { "_id": { "$eq": { "a": 1 } } }),
        ];
        let mut commands = plan_bulk(updates, true).unwrap();
        let PlannedCommand { mends, statements, .. } = commands.remove(0);
        assert!(commands.is_empty(), "{commands:?}");
        let document = |statement: &RawDocumentBuf| Document::try_from(statement).unwrap();
        let sent: Vec<Document> = mends.iter().map(|mend| document(&mend.statement)).collect();
        let not = |kind: &str| doc! { "$not": { "$type": kind } };
        let expected = [
            doc! { "q": { "mail": "a", "n": not("number") }, "u": [stage("n")], "multi": false },
            doc! { "q": { "_id": { "$eq": { "a": 1 } }, "n": not("number") }, "u": [stage("n")], "multi": false },
            doc! { "q": { "_id": { "$in": [1, 2] }, "n": not("number") }, "u": [stage("n")], "multi": true },
            doc! { "q": { "_id": { "$in": [2] }, "m": not("number") }, "u": [stage("m")], "multi": true },
        ];
        assert_eq!(sent, expected);
        assert_eq!(mends.iter().map(|mend| mend.operation).collect::<Vec<_>>(), [5, 7, 4, 6]);
        assert_eq!(statements.iter().map(|(operation, _)| *operation).collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
        // One for each operation says of which one it failed.
        let apart: Vec<Vec<(usize, Document)>> = mends
            .into_iter()
            .filter_map(|mend| mend.shared)
            .map(|shared| shared.apart().unwrap().iter().map(|(operation, one)| (*operation, document(one))).collect())
            .collect();
        let one = |id: i32, field: &str| {
            doc! { "q": { "_id": id, field: not("number") }, "u": [stage(field)], "multi": false }
        };
        assert_eq!(apart, [vec![(4, one(1, "n")), (6, one(2, "n"))], vec![(6, one(2, "m"))]]);
    }

    #[test]
    fn in_order_a_mend_waits_for_what_it_depends_on() {
        let users = schema("users");
        let plan = |first: Statement, second: Statement, ordered| planned(vec![first, second], ordered).len();
        let by_id = || mending(1, users, doc! { "_id": 1 });
        let by_mail = || mending(1, users, doc! { "mail": "a" });
        let by_any = || mending(1, users, doc! { "$or": [{ "mail": "a" }, { "name": "b" }] });
        let other = |field: &str, makes_odd: bool| touching(statement(0, users, Update), field, makes_odd);
        // A command that mends, and one with both updates.
        for second in [by_id(), by_mail()] {
            assert_eq!(plan(other("name", false), second, true), 2);
        }
        // The first update by itself, then what mends, then the second.
        for (first, second) in [
            (other("name", true), by_id()),
            (other("mail", false), by_mail()),
            (other("mail", false), by_any()),
            (other("age", false), by_any()),
            (other("name", true), by_mail()),
        ] {
            assert_eq!(plan(first, second, true), 3);
        }
        assert_eq!(plan(other("mail", true), by_mail(), false), 2);
        assert_eq!(plan(by_any(), by_any(), true), 2);
    }
}
