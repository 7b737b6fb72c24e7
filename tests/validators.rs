//! Validators: the server takes what the codec writes, refuses what the model could not read, and says why; `sync` sets them with care.

mod modes;
mod random;
mod shapes;
mod verbs;

use crate::support::Fixture;
use bson::Document;
use chakra::prelude::*;
use mongodb::error::{ErrorKind, WriteFailure};

const DOCUMENT_VALIDATION: i32 = 121;

/// A database where the validator of this model refuses.
async fn refusing<M: Model>() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<M>()).await;
    fixture.db.sync().tighten().await.unwrap();
    fixture
}

/// Whether the validator takes the document, which is there afterwards if it does.
async fn takes(fixture: &Fixture, collection: &str, document: &Document) -> bool {
    match fixture.raw.collection::<Document>(collection).insert_one(document).await {
        Ok(_) => true,
        Err(error) => match *error.kind {
            ErrorKind::Write(WriteFailure::WriteError(ref error)) if error.code == DOCUMENT_VALIDATION => false,
            ref other => panic!("{other:?} of {document}"),
        },
    }
}

/// The options of a collection as the server lists them.
async fn options(fixture: &Fixture, collection: &str) -> Document {
    use bson::doc;
    let listed = fixture.raw.run_command(doc! { "listCollections": 1, "filter": { "name": collection } }).await.unwrap();
    let listed = listed.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    listed[0].as_document().unwrap().get_document("options").unwrap().clone()
}
