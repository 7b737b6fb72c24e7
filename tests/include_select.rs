//! `select` in an include: only these fields of related documents are read, and what is not read is what a missing field is.

use crate::support::Sent;
use chakra::{Error, prelude::*};

#[derive(Debug, Clone, Model)]
struct Desk {
    #[chakra(id)]
    id: i64,
    #[chakra(relation = OneToMany, foreign_key = desk_id)]
    notes: Related<Vec<Note>>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Spot {
    x: i32,
    y: i32,
}

#[derive(Debug, Clone, Model)]
struct Note {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "t")]
    title: String,
    body: Option<String>,
    spot: Option<Spot>,
    words: Vec<String>,
    #[chakra(default = true)]
    open: bool,
    desk_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = desk_id)]
    desk: Related<Desk>,
    topic_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = topic_ids)]
    topics: Related<Vec<Topic>>,
    #[chakra(version)]
    version: i64,
}

#[derive(Debug, Clone, Model)]
struct Topic {
    #[chakra(id)]
    id: i64,
    name: String,
    text: Option<String>,
    #[chakra(relation = ManyToMany, inverse_ids = topic_ids)]
    notes: Related<Vec<Note>>,
}

fn note(id: i64, topic_ids: &[i64]) -> Note {
    Note {
        id,
        title: format!("n{id}"),
        body: Some("long".to_owned()),
        spot: Some(Spot { x: 1, y: 2 }),
        words: vec!["a".to_owned()],
        open: false,
        desk_id: 1,
        desk: Related::default(),
        topic_ids: topic_ids.to_vec(),
        topics: Related::default(),
        version: 7,
    }
}

async fn sent() -> Sent {
    let sent = Sent::with(|builder| builder.model::<Desk>()).await;
    sent.db.insert_many(&[Desk { id: 1, notes: Related::default() }]).await.unwrap();
    sent.db.insert_many(&[note(1, &[1, 2]), note(2, &[])]).await.unwrap();
    let topic = |id| Topic { id, name: format!("t{id}"), text: Some("long".to_owned()), notes: Related::default() };
    sent.db.insert_many(&[topic(1), topic(2)]).await.unwrap();
    sent.commands();
    sent
}

/// What is read of each document, in the order in which it was asked for.
fn projections(sent: &Sent) -> Vec<Option<String>> {
    let of_command = |command: &bson::Document| {
        let last = || command.get_array("pipeline").ok()?.last()?.as_document()?.get_document("$project").ok();
        command.get_document("projection").ok().or_else(last).map(ToString::to_string)
    };
    sent.commands().iter().map(of_command).collect()
}

#[tokio::test]
async fn only_the_selected_fields_are_sent_at_every_level() {
    let sent = sent().await;
    let version = sent.db.get(Note::id.eq(1)).await.unwrap().version;
    sent.commands();
    let notes = || Desk::notes.order_by(Note::id.asc()).select(Note::title);
    let topics = Note::topics.select(Topic::name);
    let desks = sent.db.find_many(Desk::all()).include(notes().include(topics).include(Note::desk)).await.unwrap();
    let with_ids = r#"{ "_id": 1, "t": 1, "desk_id": 1, "topic_ids": 1, "version": 1 }"#;
    let mut sent_projections = projections(&sent);
    // The two relations of the notes are read at the same time.
    sent_projections[2..].sort();
    let of_topics = r#"{ "_id": 1, "name": 1 }"#.to_owned();
    assert_eq!(sent_projections, [None, Some(with_ids.to_owned()), None, Some(of_topics)]);
    let first = &desks[0].notes.get().unwrap()[0];
    assert_eq!((first.title.as_str(), &first.body, &first.spot, first.version), ("n1", &None, &None, version));
    assert_eq!((first.words.len(), first.open, first.desk.get().unwrap().id), (0, true, 1), "as where a document lacks them");
    let topics: Vec<_> = first.topics.get().unwrap().iter().map(|topic| (topic.name.as_str(), topic.text.is_some())).collect();
    assert_eq!(topics, [("t1", false), ("t2", false)]);

    let desks = sent.db.find_many(Desk::all()).include(notes().take(1)).await.unwrap();
    assert_eq!(projections(&sent), [None, Some(with_ids.to_owned())], "by a pipeline");
    assert_eq!(desks[0].notes.get().unwrap().len(), 1);

    // The side without the ids is found by those of the documents.
    let topics = sent.db.find_many(Topic::id.eq(1)).include(Topic::notes.select(Note::title)).await.unwrap();
    assert_eq!(projections(&sent), [None, Some(with_ids.to_owned())]);
    assert_eq!(topics[0].notes.get().unwrap()[0].title, "n1");

    let mut desk = Desk { id: 1, notes: Related::default() };
    sent.db.load(&mut desk, Desk::notes.select((Note::title, Note::body))).await.unwrap();
    assert_eq!(projections(&sent), [Some(r#"{ "_id": 1, "t": 1, "body": 1, "desk_id": 1, "topic_ids": 1, "version": 1 }"#.to_owned())]);
    assert_eq!(desk.notes.get().unwrap()[0].body.as_deref(), Some("long"));

    // What its own relations go by was read along, so that they can be loaded later.
    let desks = sent.db.find_many(Desk::all()).include(notes()).await.unwrap();
    let mut notes = desks[0].notes.get().unwrap().clone();
    sent.db.load(&mut notes, Note::topics).await.unwrap();
    sent.db.load(&mut notes, Note::desk).await.unwrap();
    let topics: Vec<_> = notes[0].topics.get().unwrap().iter().map(|topic| topic.name.as_str()).collect();
    assert_eq!((topics, notes[0].desk.get().unwrap().id), (vec!["t1", "t2"], 1));
}

#[tokio::test]
async fn a_field_without_a_value_has_to_be_selected() {
    let sent = sent().await;
    let read = || sent.db.find_many(Desk::all());
    let said = |error: Error| error.to_string();
    assert_eq!(
        said(read().include(Desk::notes.select(Note::body)).await.unwrap_err()),
        "this `Note` is not valid: `t` needs to be selected too: it has no value without being read"
    );
    assert_eq!(
        said(read().include(Desk::notes.select((Note::title, Note::spot.x()))).await.unwrap_err()),
        "this `Note` is not valid: `spot.x` needs a whole field, for an include to `select` it: the rest of a composite would be missing"
    );
    // At a lower level, where there may be no document to be read.
    let inner = Desk::notes.filter(Note::id.lt(0)).include(Note::topics.select(Topic::text));
    assert!(matches!(read().include(inner).await, Err(Error::Invalid { model: "Topic", .. })));
    assert!(matches!(read().include(Desk::notes.select(Note::body)).page(5).await.map(|_| ()), Err(Error::Invalid { .. })));
    assert!(matches!(read().include_count(Desk::notes.select(Note::title)).await, Err(Error::Invalid { .. })));
    assert!(matches!(read().filter(Desk::notes.select(Note::title).count().gt(1)).await, Err(Error::Invalid { .. })));
    assert!(sent.commands().is_empty(), "nothing is sent for them");
}

#[tokio::test]
async fn saving_what_was_read_leaves_the_rest() {
    let sent = sent().await;
    let desks = sent.db.find_many(Desk::all()).include(Desk::notes.order_by(Note::id.asc()).select(Note::title)).await.unwrap();
    let mut first = desks[0].notes.get().unwrap()[0].clone().tracked();
    first.title = "other".to_owned();
    let version = first.version;
    sent.db.save(&mut first).await.unwrap();
    let stored = sent.db.get(Note::id.eq(1)).await.unwrap();
    assert_eq!((stored.title.as_str(), stored.body.as_deref(), stored.version), ("other", Some("long"), version + 1));
    assert_eq!((stored.spot, stored.words.len(), stored.open, stored.topic_ids.len()), (Some(Spot { x: 1, y: 2 }), 1, false, 2));
}
