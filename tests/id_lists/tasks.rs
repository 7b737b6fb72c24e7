//! Tasks that make calls at random, and note when each begins and ends.

use super::{
    Mark, Post, Tag,
    history::{Act, DOCUMENTS, End, History, Kind, Op},
    stored::fill,
};
use crate::{related::world::Dice, support::patient};
use bson::{Document, doc};
use chakra::{Db, Error, Outcome, prelude::*, query::UniqueFilter};
use chakra_testkit::TestDb;
use futures::TryStreamExt;
use std::{
    collections::BTreeMap,
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;

pub async fn connect(uri: &str) -> Db {
    Db::builder(patient(uri)).model::<Post>().model::<Tag>().model::<Mark>().deadline(Duration::from_secs(90)).connect().await.unwrap()
}

/// A database with the documents that each run begins with.
pub struct World {
    pub db: Db,
    pub raw: mongodb::Database,
    pub uri: String,
    _test: TestDb,
}

impl World {
    pub async fn on(test: TestDb) -> Self {
        let raw = mongodb::Client::with_uri_str(test.uri()).await.unwrap().database(test.name());
        fill(&raw).await;
        Self { db: connect(test.uri()).await, raw, uri: test.uri().to_owned(), _test: test }
    }

    /// The ids of the locks.
    pub async fn locks(&self) -> Vec<String> {
        let found = self.raw.collection::<Document>("_chakra_locks").find(doc! {}).await.unwrap();
        let locks: Vec<Document> = found.try_collect().await.unwrap();
        locks.iter().map(|lock| lock.get_str("_id").unwrap().to_owned()).collect()
    }
}

/// What tasks share.
pub struct Tasks {
    db: Db,
    history: Mutex<History>,
    /// The documents of each kind that there are now, as far as the tasks know.
    there: Mutex<BTreeMap<Kind, Vec<i64>>>,
    next_id: AtomicI64,
    /// How many calls are still to be begun.
    left: AtomicU64,
    acknowledged: watch::Sender<u64>,
    /// Whether calls may fail by more than a document that is missing.
    may_fail: bool,
    /// Whether each begin and end is written to the standard output at once.
    tells: bool,
}

impl Tasks {
    pub fn new(db: Db, operations: u64) -> Self {
        let there: BTreeMap<Kind, Vec<i64>> = Kind::ALL.into_iter().map(|kind| (kind, (0..DOCUMENTS).collect())).collect();
        Self {
            db,
            history: Mutex::default(),
            there: Mutex::new(there),
            next_id: AtomicI64::new(DOCUMENTS),
            left: AtomicU64::new(operations),
            acknowledged: watch::Sender::new(0),
            may_fail: false,
            tells: false,
        }
    }

    pub fn that_may_fail(self) -> Self {
        Self { may_fail: true, ..self }
    }

    pub fn that_tell(self) -> Self {
        Self { tells: true, ..self }
    }

    /// How many calls were acknowledged.
    pub fn progress(&self) -> watch::Receiver<u64> {
        self.acknowledged.subscribe()
    }

    /// Runs so many tasks to their end; gives what was done.
    pub async fn run(self: &Arc<Self>, tasks: u64, seed: u64) -> History {
        let running: Vec<_> =
            (0..tasks).map(|task| tokio::spawn(Arc::clone(self).work(Dice(seed.wrapping_mul(1_000).wrapping_add(task))))).collect();
        for task in running {
            task.await.unwrap();
        }
        std::mem::take(&mut *self.history.lock().unwrap())
    }

    async fn work(self: Arc<Self>, mut dice: Dice) {
        while self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            let kind = match dice.below(4) {
                0 | 1 => Kind::Post,
                2 => Kind::Tag,
                _ => Kind::Mark,
            };
            let at = dice.below(DOCUMENTS);
            let on = (kind, self.at(kind, at));
            let to = match kind {
                Kind::Post if dice.below(2) == 0 => Kind::Tag,
                Kind::Post => Kind::Mark,
                Kind::Tag | Kind::Mark => Kind::Post,
            };
            let (act, most) = match dice.below(20) {
                0 | 1 => (Act::Delete, 0),
                2..=4 => (Act::Replace, 6),
                5..=10 => (Act::Disconnect, 4),
                _ => (Act::Connect, 4),
            };
            // One of them may come twice, and a replace may name none.
            let count = if act == Act::Replace { dice.below(most + 1) } else { most.min(1 + dice.below(4)) };
            // Mostly its neighbours, so that what is taken away is there, and that calls meet on one pair from both of its sides.
            let is_near = dice.below(4) > 0;
            let other = |dice: &mut Dice| if is_near { (at + DOCUMENTS - 2 + dice.below(5)) % DOCUMENTS } else { dice.below(DOCUMENTS) };
            let ids = (0..count).map(|_| self.at(to, other(&mut dice))).collect();
            let end = self.call(Op { act, on, to, ids }).await;
            if act == Act::Delete && end != End::Missing {
                self.put_another(on).await;
            }
        }
    }

    fn at(&self, kind: Kind, place: i64) -> i64 {
        self.there.lock().unwrap()[&kind][usize::try_from(place).unwrap()]
    }

    /// Creates a document under a new id in the place of one that was deleted, or may have been.
    async fn put_another(&self, (kind, gone): (Kind, i64)) {
        for _ in 0..100 {
            let id = self.next_id.fetch_add(1, Ordering::SeqCst);
            if self.call(Op { act: Act::Create, on: (kind, id), to: kind, ids: Vec::new() }).await == End::Acknowledged {
                let mut there = self.there.lock().unwrap();
                let place = there.get_mut(&kind).and_then(|ids| ids.iter_mut().find(|id| **id == gone));
                // Of several that could not know whether they deleted it the first has filled its place.
                if let Some(place) = place {
                    *place = id;
                }
                return;
            }
        }
        panic!("nothing can be created any more");
    }

    /// Makes a call, and notes when it begins and ends.
    async fn call(&self, op: Op) -> End {
        let at = {
            let mut history = self.history.lock().unwrap();
            let (at, line) = history.begin(op.clone());
            self.tell(&line);
            at
        };
        let end = match self.send(&op).await {
            Ok(()) => End::Acknowledged,
            Err(Error::NotFound { .. }) => End::Missing,
            Err(error) => {
                assert!(self.may_fail, "{op}: {error:?}");
                if error.outcome() == Outcome::NotApplied { End::Nothing } else { End::Unknown }
            }
        };
        {
            let mut history = self.history.lock().unwrap();
            let line = history.end(at, end);
            self.tell(&line);
        }
        if end == End::Acknowledged {
            self.acknowledged.send_modify(|acknowledged| *acknowledged += 1);
        }
        end
    }

    /// In one write, while the history is locked: the lines have its order, and none is cut in two.
    fn tell(&self, line: &str) {
        if self.tells {
            let mut out = std::io::stdout().lock();
            out.write_all(line.as_bytes()).unwrap();
            out.flush().unwrap();
        }
    }

    async fn send(&self, op: &Op) -> chakra::Result<()> {
        // A call that concerns a relation.
        macro_rules! relate {
            ($model:ident . $relation:ident, $other:ident) => {{
                let keys: Vec<UniqueFilter<$other>> = op.ids.iter().map(|id| $other::id.eq(*id)).collect();
                let update = self.db.update($model::id.eq(op.on.1)).returning(Nothing);
                match op.act {
                    Act::Connect => update.connect($model::$relation, keys).await,
                    Act::Disconnect => update.disconnect($model::$relation, keys).await,
                    _ => update.replace($model::$relation, keys).await,
                }
            }};
        }
        let id = op.on.1;
        match (op.act, op.on.0, op.to) {
            (Act::Create, Kind::Post, _) => self.db.create(Post::draft().id(id)).await.map(drop),
            (Act::Create, Kind::Tag, _) => self.db.create(Tag::draft().id(id)).await.map(drop),
            (Act::Create, Kind::Mark, _) => self.db.create(Mark::draft().id(id)).await.map(drop),
            (Act::Delete, Kind::Post, _) => self.db.delete(Post::id.eq(id)).returning(Nothing).await,
            (Act::Delete, Kind::Tag, _) => self.db.delete(Tag::id.eq(id)).returning(Nothing).await,
            (Act::Delete, Kind::Mark, _) => self.db.delete(Mark::id.eq(id)).returning(Nothing).await,
            (_, Kind::Post, Kind::Mark) => relate!(Post.marks, Mark),
            (_, Kind::Post, _) => relate!(Post.tags, Tag),
            (_, Kind::Tag, _) => relate!(Tag.posts, Post),
            (_, Kind::Mark, _) => relate!(Mark.posts, Post),
        }
    }
}
