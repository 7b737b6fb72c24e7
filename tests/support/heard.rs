//! What is told to `tracing`.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::{DefaultGuard, set_default},
};

type Events = Arc<Mutex<Vec<BTreeMap<&'static str, String>>>>;

/// The fields of each event on this thread, which runs all of a test, for as long as this value is there.
pub struct Heard {
    events: Events,
    _guard: DefaultGuard,
}

impl Heard {
    pub fn on_this_thread() -> Self {
        let events = Events::default();
        let guard = set_default(Listener(Arc::clone(&events)));
        Self { events, _guard: guard }
    }

    /// Of the events so far that have all of these fields, their values.
    pub fn events<const N: usize>(&self, fields: [&str; N]) -> Vec<[String; N]> {
        let events = self.events.lock().unwrap();
        let has_all = |event: &&BTreeMap<&'static str, String>| fields.iter().all(|field| event.contains_key(*field));
        events.iter().filter(has_all).map(|event| fields.map(|field| event[field].clone())).collect()
    }
}

/// A subscriber that keeps the fields of each event.
struct Listener(Events);

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(BTreeMap::new());
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}
