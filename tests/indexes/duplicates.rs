//! `check_duplicates`: what stands in the way of each unique index is named before anything is made, as the index would see it.

use super::listed;
use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::prelude::*;

#[derive(Debug, Clone, Model)]
#[chakra(
    collection = "tickets",
    index(seat),
    unique(seat, day),
    unique(code, sparse),
    unique(mail, collation(locale = "en", strength = 2)),
    unique(nick, partial = Self::is_open.eq(true)),
    unique(phone)
)]
struct Ticket {
    #[chakra(id)]
    id: i64,
    seat: String,
    day: i32,
    code: Option<String>,
    mail: String,
    nick: String,
    is_open: bool,
    phone: Option<String>,
}

fn ticket(id: i32, more: Document) -> Document {
    let text = || id.to_string();
    let mut ticket = doc! { "_id": id, "seat": text(), "day": id, "mail": text(), "nick": text(), "is_open": true };
    ticket.extend(more);
    ticket
}

#[tokio::test]
async fn each_index_is_looked_at_as_it_would_see_the_documents() {
    let fixture = Fixture::new(|builder| builder.model::<Ticket>()).await;
    fixture.commands();
    let empty = fixture.db.sync().check_duplicates().await.unwrap();
    assert!(empty.is_empty());
    assert_eq!(empty.to_string(), "no documents stand in the way of a unique index");
    assert_eq!(fixture.commands(), ["listCollections"], "what is not there has no documents");
    for document in [
        // To a full index the field that the second has not is null.
        ticket(1, doc! { "seat": Bson::Null, "day": 1 }),
        // Four times the same, in two spellings to the collation alone.
        ticket(3, doc! { "mail": "ada", "nick": "n" }),
        ticket(4, doc! { "mail": "Ada", "nick": "n", "is_open": false }),
        ticket(5, doc! { "mail": "ADA", "nick": "n", "is_open": false }),
        ticket(6, doc! { "mail": "ada" }),
        // Null is a value to a sparse index; and absent to one that covers what is there.
        ticket(7, doc! { "code": Bson::Null, "phone": Bson::Null }),
        ticket(8, doc! { "code": Bson::Null, "phone": Bson::Null }),
        ticket(9, doc! { "phone": "secret" }),
        ticket(10, doc! { "phone": "secret" }),
    ] {
        fixture.store("tickets", document).await;
    }
    let mut without = ticket(2, doc! { "day": 1 });
    without.remove("seat");
    fixture.store("tickets", without).await;
    let report = fixture.db.sync().check_duplicates().await.unwrap();
    let sent = fixture.commands();
    assert_eq!(sent.iter().filter(|command| *command == "aggregate").count(), 5, "{sent:?}");
    assert!(!sent.iter().any(|command| ["create", "createIndexes", "collMod"].contains(&command.as_str())), "{sent:?}");
    assert_eq!(listed(&fixture, "tickets").await, Vec::<Document>::new(), "nothing is made");
    let line = |index: &str, fields: &str, groups: &str| {
        format!("the index `{index}` of `Ticket` cannot be made: `tickets` holds documents with the same {fields}: {groups}")
    };
    let mut lines: Vec<String> = report.to_string().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            line("code_1", "`code`", "_id 7, 8"),
            line("mail_1", "`mail`", "_id 3, 4, 5 and 1 more"),
            line("phone_1", "`phone`", "_id 9, 10"),
            line("seat_1_day_1", "`seat`, `day`", "_id 1, 2"),
        ]
    );
    let phone = report.indexes.iter().find(|keys| keys.index == "phone_1").unwrap();
    assert_eq!((phone.model, phone.collection, &phone.fields[..]), ("Ticket", "tickets", &["phone".to_owned()][..]));
    assert_eq!((phone.groups[0].values(), phone.groups[0].count()), (&[Bson::from("secret")][..], 2));
    assert_eq!(phone.groups[0].ids(), [Bson::Int32(9), Bson::Int32(10)]);
    assert!(!format!("{report:?}").contains("secret"), "the values are not for logs");
    let seat = report.indexes.iter().find(|keys| keys.index == "seat_1_day_1").unwrap();
    assert_eq!(seat.groups[0].values(), [Bson::Null, Bson::Int32(1)]);

    // The server refuses the same indexes, and builds all others, of which those that are not unique come by one command.
    fixture.db.sync().await.unwrap_err();
    let sent = fixture.commands();
    assert_eq!(sent.iter().filter(|command| *command == "createIndexes").count(), 2, "{sent:?}");
    let made = listed(&fixture, "tickets").await;
    let names: Vec<&str> = made.iter().map(|index| index.get_str("name").unwrap()).collect();
    assert_eq!(names, ["nick_1", "seat_1"]);
}

#[tokio::test]
async fn ten_groups_are_named_and_what_is_built_is_not_looked_at() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "plates", unique(number), unique(owner))]
    struct Plate {
        #[chakra(id)]
        id: i64,
        number: String,
        owner: String,
    }
    let fixture = Fixture::new(|builder| builder.model::<Plate>()).await;
    for id in 0..24 {
        fixture.store("plates", doc! { "_id": id, "number": (id / 2).to_string(), "owner": id.to_string() }).await;
    }
    fixture.db.sync().await.unwrap_err();
    fixture.commands();
    let report = fixture.db.sync().check_duplicates().await.unwrap();
    assert_eq!(fixture.commands().iter().filter(|command| *command == "aggregate").count(), 1);
    let [keys] = &report.indexes[..] else { panic!("{report}") };
    assert_eq!((keys.index.as_str(), keys.groups.len()), ("number_1", 10));
    assert!(report.to_string().ends_with("; …"), "{report}");
}
