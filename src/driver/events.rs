//! [`CommandRecord`]: what was sent to the server, for tests that count round trips and look at commands.
//!
//! Made from the driver's command events; read by the function that `Builder::on_command` was given.

use bson::Document;
use mongodb::event::{EventHandler, command::CommandEvent};
use std::{fmt, sync::Arc};

/// What is called with each command.
pub(crate) type CommandListener = Arc<dyn Fn(&CommandRecord) + Send + Sync>;

/// A command that is being sent to the server.
#[derive(Clone)]
pub struct CommandRecord {
    name: String,
    database: String,
    command: Document,
}

impl CommandRecord {
    /// The command's name, such as `find` or `getMore`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The database it goes to.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The collection it works on. None for commands that work on a database or on the server.
    #[must_use]
    pub fn collection(&self) -> Option<&str> {
        // A getMore has the cursor in the place where others have the collection.
        let key = if self.name == "getMore" { "collection" } else { &self.name };
        self.command.get_str(key).ok()
    }

    /// Whether it is sent in a transaction.
    #[must_use]
    pub fn is_in_transaction(&self) -> bool {
        self.command.contains_key("autocommit")
    }

    /// The command itself, with all its values.
    #[must_use]
    pub fn command(&self) -> &Document {
        &self.command
    }
}

impl fmt::Debug for CommandRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut record = f.debug_struct("CommandRecord");
        record.field("name", &self.name).field("database", &self.database).field("collection", &self.collection());
        record.finish_non_exhaustive()
    }
}

/// The driver's end of a listener.
pub(super) fn handler(listener: CommandListener) -> EventHandler<CommandEvent> {
    EventHandler::callback(move |event| {
        if let CommandEvent::Started(started) = event {
            listener(&CommandRecord { name: started.command_name, database: started.db, command: started.command });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::doc;

    #[test]
    fn a_record_names_its_collection_and_hides_its_values() {
        let record = |name: &str, command| CommandRecord { name: name.to_owned(), database: "blog".to_owned(), command };
        let find = record("find", doc! { "find": "users", "filter": { "mail": "ada@x.y" } });
        assert_eq!(find.collection(), Some("users"));
        assert!(!format!("{find:?}").contains("ada"));
        assert_eq!(record("getMore", doc! { "getMore": 1_i64, "collection": "users" }).collection(), Some("users"));
        assert_eq!(record("ping", doc! { "ping": 1 }).collection(), None);
    }
}
