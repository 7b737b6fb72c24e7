//! Tasks from the MongoDB manual and from Prisma's documentation, written in Chakra: what comes of each, and what is sent for it, which is
//! what one would write by hand who knows the server well.
//!
//! None of them needs a raw document. The pages are named in words, and the data are made for these tests. `inventory` is the stock of goods
//! that `filtering` looks through and that `reading` shapes and orders; `writing` changes documents; `aggregating` counts and adds up;
//! `grouping` and `pipelines` take documents, some of them `sales`, through stages; and `relations` lead from one collection to others.
//!
//! Where an update could leave the range of a number, or meet a list that is none, its filter has conditions beside the key, by which nothing
//! is stored that the model cannot read. `writing` shows them at a transfer between accounts; elsewhere the changes alone are compared.

mod aggregating;
mod filtering;
mod grouping;
mod inventory;
mod pipelines;
mod reading;
mod relations;
mod sales;
mod writing;

use crate::support::Sent;
use bson::{Bson, Document};

/// Holds a part of a command against the JSON that one would write by hand: of the last one (`sent.filter`), or of one of several.
macro_rules! sends {
    ($command:ident.$part:ident: $($json:tt)+) => {
        assert_eq!($command.part(stringify!($part)), serde_json::json!($($json)+).to_string())
    };
}
pub(crate) use sends;

/// One of several commands.
#[derive(Debug)]
struct Command(Document);

impl Command {
    /// A part of it, as JSON.
    fn part(&self, key: &str) -> String {
        self.0.get(key).cloned().unwrap_or(Bson::Null).into_relaxed_extjson().to_string()
    }
}

impl Sent {
    /// The commands since the last call, of which there are so many.
    fn each<const N: usize>(&self) -> [Command; N] {
        let commands: Vec<Command> = self.commands().into_iter().map(Command).collect();
        commands.try_into().unwrap()
    }
}
