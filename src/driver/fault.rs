//! What the driver's errors mean: each becomes an [`Error`] that names the model and says what is known of the write.
//!
//! Called by `call` for everything that fails; `bulk` asks it for single statements of a command. Pure.

use super::{
    bulk::PartialReply,
    call::{Call, Effect},
    violation::broken_rules,
};
use crate::{
    error::{Behind, DriverError, DriverFault, Error, Hidden, Outcome},
    schema::{Broken, IndexSchema},
};
use bson::{Bson, Document, RawDocument, RawDocumentBuf};
use mongodb::error::{
    Error as Raw, ErrorKind, NO_WRITES_PERFORMED, RETRYABLE_ERROR, RETRYABLE_WRITE_ERROR, TRANSIENT_TRANSACTION_ERROR,
    UNKNOWN_TRANSACTION_COMMIT_RESULT, WriteConcernError, WriteError, WriteFailure,
};
use std::time::Duration;

const DUPLICATE_KEY: &[i32] = &[11000, 11001];
const DOCUMENT_VALIDATION: i32 = 121;
/// Codes of a document that an update would make larger than the server stores.
const DOCUMENT_TOO_LARGE: &[i32] = &[10334, 17419, 17420];
const MAX_TIME_EXPIRED: i32 = 50;

const REFUSAL: &str = "the server refused it";
const NOT_ACKNOWLEDGED: &str = "it was not acknowledged as its write concern asks";

/// Codes of a server that lost its role, shuts down or was interrupted: the command may have run on it, or on the driver's first attempt.
const INTERRUPTED: &[i32] = &[6, 7, 50, 89, 91, 134, 189, 262, 9001, 10058, 10107, 11600, 11601, 11602, 13435, 13436];
/// Codes of a command that the server refused before it did anything.
const REFUSED: &[i32] = &[2, 9, 13, 14, 18, 59, 72, 73];

/// One error as the server words it.
struct Words<'a> {
    kind: &'static str,
    code: i32,
    code_name: Option<&'a str>,
    message: &'a str,
    details: Option<&'a Document>,
}

/// The error of a call. `in_transaction` says that it ran in a transaction, which undoes what it did.
#[cold]
pub(super) fn from_driver(call: &Call, in_transaction: bool, after: Duration, raw: Raw) -> Error {
    if let Some(partial) = raw.get_custom::<PartialReply>() {
        return of_statements(call, in_transaction, partial, &raw);
    }
    let outcome = outcome_of(call, in_transaction, &raw);
    if let ErrorKind::InsertMany(failure) = &*raw.kind
        && let Some(errors) = &failure.write_errors
    {
        let failed = errors.iter().map(|error| {
            let words = Words {
                kind: REFUSAL,
                code: error.code,
                code_name: error.code_name.as_deref(),
                message: &error.message,
                details: error.details.as_ref(),
            };
            // The server answers for each document of a bulk write: those that it names were not written.
            (error.index, worded(call, &words, None, Outcome::NotApplied, None))
        });
        // `write::insert_many` knows the batch and so how many were inserted.
        return Error::Bulk { model: call.target.model, inserted: 0, failed: failed.collect(), outcome, applied: None };
    }
    let connect = |hosts: String, reason: String, raw| {
        let behind = Some(hidden(None, Some(raw), Outcome::NotApplied));
        Error::Connect { hosts: hosts.into(), reason: reason.into(), behind }
    };
    match &*raw.kind {
        ErrorKind::ServerSelection { message, .. } => connect(hosts_named_in(message), selection_reason(message), raw),
        ErrorKind::Authentication { message, .. } => {
            connect("the server".to_owned(), format!("authentication failed ({message}): check user, password and authSource"), raw)
        }
        ErrorKind::DnsResolve { .. } => connect("the host".to_owned(), "its name cannot be resolved".to_owned(), raw),
        _ => match words_of(&raw) {
            Some(words) if words.code == MAX_TIME_EXPIRED => {
                let what = call.what().into();
                Error::Timeout { what, after: rounded(after), outcome, behind: Some(hidden(None, Some(raw), outcome)) }
            }
            Some(words) => worded(call, &words, raw.server_response().map(|reply| &**reply), outcome, Some(&raw)),
            None => other(call, outcome, raw),
        },
    }
}

/// What a reply says that answers for each statement of a command: some failed, or all are made and were not acknowledged further. They are
/// named by their numbers in the command.
#[cold]
fn of_statements(call: &Call, in_transaction: bool, partial: &PartialReply, raw: &Raw) -> Error {
    let refused = partial.reply.get_array("writeErrors").map(Vec::as_slice).unwrap_or_default();
    let refused = refused.iter().filter_map(Bson::as_document);
    let refuse = |error: &Document| {
        let at = number_of(error);
        let is_many = partial.many.get(at).copied().unwrap_or_default();
        (at, refused_statement(call, error, refused_outcome(is_many, in_transaction)))
    };
    let mut failed: Vec<(usize, Error)> = refused.map(refuse).collect();
    if let Ok(concern) = partial.reply.get_document("writeConcernError") {
        let outcome = unacknowledged_outcome(concern.get_i32("code").unwrap_or_default());
        failed.push((0, worded(call, &words_in(concern, NOT_ACKNOWLEDGED), None, outcome, Some(raw))));
    }
    let is_unknown = failed.iter().any(|(_, error)| error.outcome() == Outcome::Unknown);
    let outcome = match (in_transaction, is_unknown, partial.report.wrote()) {
        (true, ..) | (false, false, false) => Outcome::NotApplied,
        (false, true, _) => Outcome::Unknown,
        (false, false, true) => Outcome::Applied,
    };
    Error::Bulk { model: call.target.model, inserted: 0, failed, outcome, applied: Some(Box::new(partial.report)) }
}

fn number_of(error: &Document) -> usize {
    error.get_i32("index").ok().and_then(|number| usize::try_from(number).ok()).unwrap_or_default()
}

/// What is known of a statement that the server refused. One for many documents writes them one by one, and those before the one that stopped
/// it stay written, though the server does not count them.
pub(super) fn refused_outcome(is_many: bool, in_transaction: bool) -> Outcome {
    if is_many && !in_transaction { Outcome::Unknown } else { Outcome::NotApplied }
}

fn refused_statement(call: &Call, error: &Document, outcome: Outcome) -> Error {
    // What else a reply has at its top stands in the statement's error here.
    let reply = RawDocumentBuf::try_from(error).ok();
    worded(call, &words_in(error, REFUSAL), reply.as_deref(), outcome, None)
}

fn words_in<'a>(error: &'a Document, kind: &'static str) -> Words<'a> {
    Words {
        kind,
        code: error.get_i32("code").unwrap_or_default(),
        code_name: error.get_str("codeName").ok(),
        message: error.get_str("errmsg").unwrap_or_default(),
        details: error.get_document("errInfo").ok(),
    }
}

/// The error of one statement of several.
pub(super) fn of_statement(call: &Call, error: &WriteError, outcome: Outcome) -> Error {
    worded(call, &refusal(error), None, outcome, None)
}

/// The error of statements that are made, and were not acknowledged as their write concern asks.
pub(super) fn of_concern(call: &Call, error: &WriteConcernError, raw: &Raw) -> Error {
    worded(call, &not_acknowledged(error), None, unacknowledged_outcome(error.code), Some(raw))
}

/// A reply that is not what the protocol says.
#[cold]
pub(super) fn malformed(what: String) -> Error {
    Error::Driver(DriverError(Box::new(DriverFault {
        what,
        kind: "the server's reply is malformed".to_owned(),
        code: None,
        code_name: None,
        message: None,
        raw: None,
        transient: false,
        outcome: Outcome::NotApplied,
    })))
}

/// Whole milliseconds, as a message shows them.
pub(super) fn rounded(after: Duration) -> Duration {
    Duration::from_millis(u64::try_from(after.as_millis()).unwrap_or(u64::MAX))
}

fn words_of(raw: &Raw) -> Option<Words<'_>> {
    match &*raw.kind {
        ErrorKind::Write(WriteFailure::WriteError(error)) => Some(refusal(error)),
        ErrorKind::BulkWrite(failure) => failure.write_errors.values().next().map(refusal),
        ErrorKind::Write(WriteFailure::WriteConcernError(error)) => Some(not_acknowledged(error)),
        ErrorKind::InsertMany(failure) => failure.write_concern_error.as_ref().map(not_acknowledged),
        ErrorKind::Command(error) => {
            Some(Words { kind: REFUSAL, code: error.code, code_name: Some(&error.code_name), message: &error.message, details: None })
        }
        _ => None,
    }
}

fn refusal(error: &WriteError) -> Words<'_> {
    Words {
        kind: REFUSAL,
        code: error.code,
        code_name: error.code_name.as_deref(),
        message: &error.message,
        details: error.details.as_ref(),
    }
}

fn not_acknowledged(error: &WriteConcernError) -> Words<'_> {
    Words { kind: NOT_ACKNOWLEDGED, code: error.code, code_name: Some(&error.code_name), message: &error.message, details: None }
}

/// An error that the server put into words.
fn worded(call: &Call, words: &Words<'_>, reply: Option<&RawDocument>, outcome: Outcome, raw: Option<&Raw>) -> Error {
    if DUPLICATE_KEY.contains(&words.code) {
        return duplicate(call, words.message, reply, outcome, raw.cloned());
    }
    if words.code == DOCUMENT_VALIDATION {
        let info = reply.and_then(|reply| reply.get_document("errInfo").ok()).and_then(|info| Document::try_from(info).ok());
        let broken = broken_rules(words.details.or(info.as_ref()));
        let behind = Some(hidden(Some(words.message.to_owned()), raw.cloned(), outcome));
        return Error::Invalid { model: call.target.model, broken, behind };
    }
    if DOCUMENT_TOO_LARGE.contains(&words.code) {
        let broken = vec![Broken { path: String::new(), rule: "at most 16 MiB as a document".to_owned() }];
        let behind = Some(hidden(Some(words.message.to_owned()), raw.cloned(), outcome));
        return Error::Invalid { model: call.target.model, broken, behind };
    }
    Error::Driver(DriverError(Box::new(DriverFault {
        what: call.what(),
        kind: words.kind.to_owned(),
        code: Some(words.code),
        code_name: words.code_name.filter(|name| !name.is_empty()).map(str::to_owned),
        message: Some(words.message.to_owned()),
        transient: raw.is_some_and(|raw| is_transient(raw) || INTERRUPTED.contains(&words.code)),
        raw: raw.cloned(),
        outcome,
    })))
}

/// An error that the driver made. Only kinds whose message is the driver's own sentence are shown with it: the others quote replies.
fn other(call: &Call, outcome: Outcome, raw: Raw) -> Error {
    let kind = match &*raw.kind {
        ErrorKind::InvalidArgument { message, .. } => message.clone(),
        ErrorKind::Io(error) => format!("the connection failed ({})", error.kind()),
        ErrorKind::ConnectionPoolCleared { .. } => "the connection pool was cleared after another connection failed".to_owned(),
        ErrorKind::Transaction { message, .. } | ErrorKind::IncompatibleServer { message, .. } => message.clone(),
        ErrorKind::InvalidTlsConfig { message, .. } => message.clone(),
        ErrorKind::SessionsNotSupported => "the server does not support sessions".to_owned(),
        ErrorKind::Shutdown => "the handle was shut down".to_owned(),
        ErrorKind::Bson(_) => "BSON cannot be read or written".to_owned(),
        ErrorKind::InvalidResponse { .. } => "the server's reply is malformed".to_owned(),
        _ => "an error of the driver".to_owned(),
    };
    let network = matches!(*raw.kind, ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. });
    Error::Driver(DriverError(Box::new(DriverFault {
        what: call.what(),
        kind,
        code: None,
        code_name: None,
        message: Some(raw.kind.to_string()),
        transient: network || is_transient(&raw),
        raw: Some(raw),
        outcome,
    })))
}

fn is_transient(raw: &Raw) -> bool {
    [TRANSIENT_TRANSACTION_ERROR, RETRYABLE_WRITE_ERROR, RETRYABLE_ERROR].iter().any(|label| raw.contains_label(label))
}

/// Whether the driver refused the call itself, so that a transaction which it is part of goes on. What it sends in several commands may have
/// been sent in part.
pub(super) fn is_unsent(call: &Call, raw: &Raw) -> bool {
    call.effect != Effect::Many && matches!(*raw.kind, ErrorKind::InvalidArgument { .. } | ErrorKind::Transaction { .. })
}

/// What is known of a call that failed. `NotApplied` and `Applied` are promises; everything doubtful is `Unknown`.
fn outcome_of(call: &Call, in_transaction: bool, raw: &Raw) -> Outcome {
    match call.effect {
        Effect::Read | Effect::Abort => return Outcome::NotApplied,
        Effect::One | Effect::Many if in_transaction => return Outcome::NotApplied,
        Effect::Commit if raw.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) => return Outcome::Unknown,
        Effect::One | Effect::Many | Effect::Commit => {}
    }
    if raw.contains_label(NO_WRITES_PERFORMED) {
        return Outcome::NotApplied;
    }
    match &*raw.kind {
        ErrorKind::Write(WriteFailure::WriteConcernError(error)) => unacknowledged_outcome(error.code),
        ErrorKind::Write(WriteFailure::WriteError(_)) if call.effect == Effect::One => Outcome::NotApplied,
        ErrorKind::InsertMany(failure) if failure.write_errors.is_none() => {
            failure.write_concern_error.as_ref().map_or(Outcome::Unknown, |error| unacknowledged_outcome(error.code))
        }
        ErrorKind::Command(error) => match call.effect {
            // Many documents are written one by one: whatever stops the command may stop it half-way.
            Effect::Many if REFUSED.contains(&error.code) => Outcome::NotApplied,
            Effect::Many => Outcome::Unknown,
            _ if INTERRUPTED.contains(&error.code) => Outcome::Unknown,
            _ => Outcome::NotApplied,
        },
        // These come before a command is sent; of two attempts the driver reports the one that may have written.
        ErrorKind::InvalidArgument { .. }
        | ErrorKind::ServerSelection { .. }
        | ErrorKind::Authentication { .. }
        | ErrorKind::DnsResolve { .. }
        | ErrorKind::InvalidTlsConfig { .. }
        | ErrorKind::SessionsNotSupported
        | ErrorKind::Transaction { .. }
        | ErrorKind::Shutdown => Outcome::NotApplied,
        _ => Outcome::Unknown,
    }
}

/// A write that the primary did and that was not acknowledged further. A primary that steps down meanwhile may roll it back.
fn unacknowledged_outcome(code: i32) -> Outcome {
    if INTERRUPTED.contains(&code) { Outcome::Unknown } else { Outcome::Applied }
}

/// A duplicate key. Inserts come without the server's reply, so that the index is known by its name in the message alone; that is why
/// Chakra's names are deterministic.
fn duplicate(call: &Call, message: &str, reply: Option<&RawDocument>, outcome: Outcome, raw: Option<Raw>) -> Error {
    let pattern = reply.and_then(key_pattern).unwrap_or_default();
    let named = index_named_in(message);
    let declared = call.target.schema.map(|schema| schema.indexes.as_slice()).unwrap_or_default();
    // The reply knows the keys; the name may be one that somebody else gave; and the message has the keys once more.
    let keys = if pattern.is_empty() { keys_in(message) } else { pattern.clone() };
    let known = declared
        .iter()
        .find(|index| !pattern.is_empty() && index.unique && index.fields() == pattern)
        .or_else(|| declared.iter().find(|index| named.is_some_and(|name| index.is_named(name))))
        .or_else(|| declared.iter().find(|index| !keys.is_empty() && index.unique && index.fields() == keys));
    let index = named.map_or_else(|| known.map(IndexSchema::name).unwrap_or_default(), str::to_owned);
    let fields = match known {
        Some(index) => index.fields(),
        None if !keys.is_empty() => keys,
        None => fields_of_name(&index),
    };
    let value = message.split_once(" dup key: ").map(|(_, value)| value.to_owned());
    let behind = hidden(value, raw, outcome);
    Error::Unique { model: call.target.model, index: index.into(), fields: fields.into(), behind }
}

/// The stored paths in the reply's `keyPattern`; findAndModify has it at the top, updates in their list of write errors.
fn key_pattern(reply: &RawDocument) -> Option<Vec<String>> {
    let at_top = reply.get_document("keyPattern").ok();
    let in_list = || reply.get_array("writeErrors").ok()?.get_document(0).ok()?.get_document("keyPattern").ok();
    let pattern = at_top.or_else(in_list)?;
    pattern.iter().map(|element| element.ok().map(|(key, _)| key.as_str().to_owned())).collect()
}

/// The paths in `dup key: { mail: "a", name: "b" }`. A value may hold anything, so only what stands where the first path must, and what
/// follows a closed value, is taken for one; a text with quotes in it ends the list.
fn keys_in(message: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rest = message.split_once(" dup key: { ").map_or("", |(_, rest)| rest);
    while let Some((key, value)) = rest.split_once(": ") {
        keys.push(key.to_owned());
        let end = match value.strip_prefix('"') {
            Some(text) if text.contains('\\') => None,
            Some(text) => text.find('"').map(|end| end + 2),
            None if value.starts_with(['{', '[']) => None,
            None => value.find(", ").or_else(|| value.find(" }")),
        };
        match end.and_then(|end| value.get(end..)).and_then(|after| after.strip_prefix(", ")) {
            Some(next) => rest = next,
            None => break,
        }
    }
    keys
}

/// The index in `E11000 duplicate key error collection: blog.users index: mail_1 dup key: { mail: "a" }`, which may also have
/// ` collation: …` before ` dup key:`.
fn index_named_in(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once(" index: ")?;
    let end = [" dup key:", " collation:"].iter().filter_map(|mark| rest.find(mark)).min().unwrap_or(rest.len());
    Some(rest[..end].trim())
}

/// The fields of an index that nobody declared, from its name where that follows the server's convention.
fn fields_of_name(name: &str) -> Vec<String> {
    if name == "_id_" {
        return vec!["_id".to_owned()];
    }
    let mut fields = Vec::new();
    let mut field = String::new();
    for part in name.split('_') {
        match part {
            "1" | "-1" | "hashed" | "2dsphere" if !field.is_empty() => fields.push(std::mem::take(&mut field)),
            part => {
                if !field.is_empty() {
                    field.push('_');
                }
                field.push_str(part);
            }
        }
    }
    // Anything left over means that the name follows no convention.
    if field.is_empty() { fields } else { Vec::new() }
}

fn hidden(detail: Option<String>, driver: Option<Raw>, outcome: Outcome) -> Hidden {
    Hidden(Box::new(Behind { detail, driver, outcome }))
}

/// Why no server could be selected, without the dump of the topology that the driver appends.
pub(super) fn selection_reason(message: &str) -> String {
    let cause = message.split_once("Error: Kind: ").and_then(|(_, rest)| rest.split_once(", labels:")).map(|(cause, _)| cause);
    match cause {
        Some(cause) => format!("no server answered in time ({cause})"),
        None if message.contains("suitable") => "no server is fit for this in time: there may be no primary".to_owned(),
        None => "no server answered in time".to_owned(),
    }
}

/// The addresses in the topology that the driver appends.
fn hosts_named_in(message: &str) -> String {
    let hosts: Vec<&str> = message.split("Address: ").skip(1).filter_map(|rest| rest.split([',', ' ']).next()).collect();
    if hosts.is_empty() { "any server".to_owned() } else { hosts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::call::Target;
    use bson::doc;

    const MESSAGE: &str = "E11000 duplicate key error collection: blog.users index: mail_1 dup key: { mail: \"ada@x.y\" }";

    #[test]
    fn the_index_is_found_in_the_message() {
        assert_eq!(index_named_in(MESSAGE), Some("mail_1"));
        let collated = "E11000 duplicate key error collection: a.b index: by name collation: { locale: \"de\" } dup key: { n: \"0x2a\" }";
        assert_eq!(index_named_in(collated), Some("by name"));
        assert_eq!(index_named_in("E11000 duplicate key error"), None);
    }

    #[test]
    fn fields_follow_from_a_conventional_name() {
        assert_eq!(fields_of_name("_id_"), ["_id"]);
        assert_eq!(fields_of_name("first_name_1_address.city_-1"), ["first_name", "address.city"]);
        assert!(fields_of_name("by name").is_empty());
    }

    #[test]
    fn a_duplicate_names_the_field_and_hides_the_value() {
        let call = Call::new("insert", Target::named("users"), Effect::One);
        let words = Words { kind: REFUSAL, code: 11000, code_name: None, message: MESSAGE, details: None };
        let error = worded(&call, &words, None, Outcome::NotApplied, None);
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(text.contains("mail"), "{text}");
            assert!(!text.contains("ada"), "{text}");
        }
        assert_eq!(error.detail().as_deref(), Some("{ mail: \"ada@x.y\" }"));
        assert_eq!(error.outcome(), Outcome::NotApplied);
    }

    #[test]
    fn the_key_pattern_is_found_at_both_places() {
        let of = |reply: &Document| key_pattern(&bson::RawDocumentBuf::try_from(reply).unwrap());
        assert_eq!(of(&doc! { "ok": 0, "keyPattern": { "a": 1, "b.c": -1 } }), Some(vec!["a".to_owned(), "b.c".to_owned()]));
        assert_eq!(of(&doc! { "n": 0, "writeErrors": [{ "index": 0, "keyPattern": { "a": 1 } }] }), Some(vec!["a".to_owned()]));
        assert_eq!(of(&doc! { "ok": 1 }), None);
    }

    #[test]
    fn the_servers_words_stay_hidden() {
        let call = Call::new("find", Target::named("users"), Effect::Read);
        let words = Words {
            kind: REFUSAL,
            code: 13,
            code_name: Some("Unauthorized"),
            message: "not authorized: { mail: \"ada@x.y\" }",
            details: None,
        };
        let error = worded(&call, &words, None, Outcome::NotApplied, None);
        assert_eq!(error.to_string(), "find on `users` failed: the server refused it, code 13 (Unauthorized)");
        assert!(!format!("{error:?}").contains("ada"));
        assert!(error.detail().is_some_and(|detail| detail.contains("ada")));
    }

    #[test]
    fn a_failed_selection_is_one_sentence() {
        let message = "Server selection timeout: No available servers. Topology: { Type: Unknown, Servers: [ { Address: localhost:1, \
                       Type: Unknown, Error: Kind: I/O error: Connection refused (os error 111), labels: {}, source: None, server \
                       response: None } ] }";
        assert_eq!(hosts_named_in(message), "localhost:1");
        assert_eq!(selection_reason(message), "no server answered in time (I/O error: Connection refused (os error 111))");
    }
}
