//! A server's connection string, with the place where a database's name goes. Filled by each road; read by `TestServer` and
//! `TestDb`. It is not the driver's parser: it only cuts the string where the database belongs, and mends what that changes.

use std::fmt;

use crate::Error;

/// A connection string without a database, from which the one with a database is made.
#[derive(Clone)]
pub(crate) struct ServerUri {
    /// The scheme, credentials and hosts.
    head: String,
    /// The options, never empty.
    options: String,
    /// Both, with no database between.
    bare: String,
}

impl ServerUri {
    /// The server at one address, to be spoken to directly: its replica set may know it by another name.
    pub(crate) fn direct(host: &str, port: u16) -> Self {
        Self::new(format!("mongodb://{host}:{port}"), vec!["directConnection=true".to_owned()])
    }

    /// All members of a replica set.
    pub(crate) fn of_set(set: &str, members: &[String]) -> Self {
        Self::new(format!("mongodb://{}", members.join(",")), vec![format!("replicaSet={set}")])
    }

    /// The server at one address, as the user that the members of a set are to each other: whoever has their key may do everything.
    pub(crate) fn of_member(host: &str, port: u16, key: &str) -> Self {
        let options = ["directConnection=true", "authSource=local"];
        Self::new(format!("mongodb://__system:{key}@{host}:{port}"), options.map(str::to_owned).into())
    }

    /// The user's own string.
    pub(crate) fn given(uri: &str) -> Result<Self, Error> {
        let Some(start) = uri.find("://").map(|at| at + 3) else {
            let problem = "is no connection string; it begins with mongodb:// or mongodb+srv://".to_owned();
            return Err(Error::Setting { name: "MONGODB_URI", problem });
        };
        let end = uri[start..].find(['/', '?']).map_or(uri.len(), |at| start + at);
        let (head, tail) = uri.split_at(end);
        let (database, options) = tail.split_once('?').unwrap_or((tail, ""));
        let mut options: Vec<String> = options.split('&').filter(|option| !option.is_empty()).map(str::to_owned).collect();
        if head.contains('@') && value_of(&options, "authSource").is_none() {
            let source = auth_source(database.trim_start_matches('/'), value_of(&options, "authMechanism"));
            options.extend(source);
        }
        Ok(Self::new(head.to_owned(), options))
    }

    fn new(head: String, mut options: Vec<String>) -> Self {
        // The driver notices a changed server by its heartbeat, every 10 s unless told otherwise: too long for a test.
        if value_of(&options, "heartbeatFrequencyMS").is_none() {
            options.push("heartbeatFrequencyMS=500".to_owned());
        }
        let options = options.join("&");
        let bare = format!("{head}/?{options}");
        Self { head, options, bare }
    }

    pub(crate) fn without_database(&self) -> &str {
        &self.bare
    }

    pub(crate) fn with_database(&self, name: &str) -> String {
        format!("{}/{name}?{}", self.head, self.options)
    }
}

/// The database in a string is also the one that knows its user. Another name in that place must not change who asks.
fn auth_source(database: &str, mechanism: Option<&str>) -> Option<String> {
    let mechanism = mechanism.unwrap_or("SCRAM").to_ascii_uppercase();
    match (database, mechanism.as_str()) {
        ("", scram) if scram.starts_with("SCRAM") => Some("authSource=admin".to_owned()),
        (database, scram) if !database.is_empty() && (scram.starts_with("SCRAM") || scram == "PLAIN") => {
            Some(format!("authSource={database}"))
        }
        _ => None,
    }
}

/// The value of an option; their names are not case-sensitive.
fn value_of<'a>(options: &'a [String], name: &str) -> Option<&'a str> {
    options.iter().filter_map(|option| option.split_once('=')).find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
}

/// Prints the hosts only: a given string may hold a password.
impl fmt::Debug for ServerUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = self.head.rsplit(['@', '/']).next().unwrap_or_default();
        write!(f, "ServerUri({hosts})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn with_database(given: &str) -> String {
        ServerUri::given(given).unwrap().with_database("x")
    }

    #[test]
    fn the_database_goes_before_the_options() {
        let uri = ServerUri::direct("127.0.0.1", 4000);
        assert_eq!(uri.without_database(), "mongodb://127.0.0.1:4000/?directConnection=true&heartbeatFrequencyMS=500");
        assert_eq!(uri.with_database("x"), "mongodb://127.0.0.1:4000/x?directConnection=true&heartbeatFrequencyMS=500");
    }

    #[test]
    fn with_access_control_it_is_that_of_a_member() {
        let uri = ServerUri::of_member("127.0.0.1", 4000, "k3y");
        let options = "directConnection=true&authSource=local&heartbeatFrequencyMS=500";
        assert_eq!(uri.with_database("x"), format!("mongodb://__system:k3y@127.0.0.1:4000/x?{options}"));
        assert!(!format!("{uri:?}").contains("k3y"));
    }

    #[test]
    fn a_given_string_keeps_its_hosts_and_options() {
        for given in ["mongodb://a:1,b:2", "mongodb://a:1,b:2/", "mongodb://a:1,b:2/?", "mongodb://a:1,b:2/other"] {
            assert_eq!(with_database(given), "mongodb://a:1,b:2/x?heartbeatFrequencyMS=500", "{given}");
        }
        let options = "replicaSet=rs&HEARTBEATfrequencyms=900";
        assert_eq!(with_database(&format!("mongodb+srv://a/y?{options}")), format!("mongodb+srv://a/x?{options}"));
        assert_eq!(with_database("mongodb://a?w=1"), "mongodb://a/x?w=1&heartbeatFrequencyMS=500");
    }

    #[test]
    fn another_database_does_not_change_who_asks() {
        let end = "heartbeatFrequencyMS=500";
        assert_eq!(with_database("mongodb://u:p@a"), format!("mongodb://u:p@a/x?authSource=admin&{end}"));
        assert_eq!(with_database("mongodb://u:p@a/y"), format!("mongodb://u:p@a/x?authSource=y&{end}"));
        assert_eq!(with_database("mongodb://u:p@a/y?authsource=z"), format!("mongodb://u:p@a/x?authsource=z&{end}"));
        let x509 = "authMechanism=MONGODB-X509";
        assert_eq!(with_database(&format!("mongodb://u@a/y?{x509}")), format!("mongodb://u@a/x?{x509}&{end}"));
    }

    #[test]
    fn what_is_no_connection_string_is_refused_and_no_password_is_printed() {
        let error = ServerUri::given("localhost:27017").unwrap_err();
        assert!(error.to_string().contains("MONGODB_URI"), "{error}");
        let printed = format!("{:?}", ServerUri::given("mongodb://u:secret@host:1/").unwrap());
        assert_eq!(printed, "ServerUri(host:1)");
    }
}
