//! What was asked for and when, by the clock of whoever watched; and what may be stored after that.
//!
//! Tasks that work on the same documents overlap, and nobody outside knows in which order the server took two writes that overlap. But a write
//! that was acknowledged before another one began came before it. So of a pair of documents the last word has a write after whose end no other
//! acknowledged write to the pair began: nearly always that is one, and the pair must be as it says. Where it is several, one of them is right.
//! A write without an answer was made or was not, and may be made as late as it likes.
//!
//! The other way would have been to keep the tasks apart, so that the model is exact for each pair: then nothing would race on a pair.

use super::stored::Stored;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// How many documents of each kind there are, from the id 0 on.
pub const DOCUMENTS: i64 = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Post,
    /// Linked to posts by lists on both sides.
    Tag,
    /// Linked to posts by the lists of these alone.
    Mark,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Post, Self::Tag, Self::Mark];

    fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|kind| format!("{kind:?}") == name).unwrap()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Create,
    Delete,
    Connect,
    Disconnect,
    Replace,
}

impl Act {
    const ALL: [Self; 5] = [Self::Create, Self::Delete, Self::Connect, Self::Disconnect, Self::Replace];
}

/// One call of a verb.
#[derive(Debug, Clone)]
pub struct Op {
    pub act: Act,
    pub on: (Kind, i64),
    /// The documents that are linked to it.
    pub to: Kind,
    pub ids: Vec<i64>,
}

/// As a line of text, which `parse` reads.
impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<String> = self.ids.iter().map(i64::to_string).collect();
        write!(f, "{:?} {:?} {} {:?} [{}]", self.act, self.on.0, self.on.1, self.to, ids.join(","))
    }
}

impl Op {
    fn parse(words: &[&str]) -> Self {
        let ids = words[4].trim_start_matches('[').trim_end_matches(']');
        Self {
            act: Act::ALL.into_iter().find(|act| format!("{act:?}") == words[0]).unwrap(),
            on: (Kind::named(words[1]), words[2].parse().unwrap()),
            to: Kind::named(words[3]),
            ids: ids.split(',').filter(|id| !id.is_empty()).map(|id| id.parse().unwrap()).collect(),
        }
    }

    /// Whether it makes the link to this document, or takes it away; nothing where it leaves it as it is.
    fn makes(&self, (kind, id): (Kind, i64)) -> Option<bool> {
        let names = self.to == kind && self.ids.contains(&id);
        match self.act {
            Act::Connect => names.then_some(true),
            Act::Disconnect => names.then_some(false),
            Act::Replace => (self.to == kind).then_some(names),
            Act::Create | Act::Delete => None,
        }
    }
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Acknowledged,
    /// A document was not there.
    Missing,
    /// By an error that says that nothing was done.
    Nothing,
    /// By an error that does not know, or that says that a part was done.
    Unknown,
}

impl End {
    const ALL: [Self; 4] = [Self::Acknowledged, Self::Missing, Self::Nothing, Self::Unknown];
}

#[derive(Debug)]
struct Call {
    op: Op,
    begun: u64,
    /// None where its end was not seen.
    ended: Option<(u64, End)>,
}

impl Call {
    fn is_acknowledged(&self) -> bool {
        matches!(self.ended, Some((_, End::Acknowledged)))
    }

    fn is_open(&self) -> bool {
        matches!(self.ended, None | Some((_, End::Unknown)))
    }
}

#[derive(Debug, Default)]
pub struct History {
    calls: Vec<Call>,
    clock: u64,
}

/// A write to one pair.
struct Write {
    links: bool,
    begun: u64,
    /// None where it has no answer.
    ended: Option<u64>,
}

/// What a line of a client says begins or ends here.
const MARK: &str = "@links ";

impl History {
    /// Notes that a call begins, before it does. Gives its number, and the line that tells of it.
    pub fn begin(&mut self, op: Op) -> (usize, String) {
        self.clock += 1;
        let (at, line) = (self.calls.len(), format!("{MARK}{} begins {op} .\n", self.calls.len()));
        self.calls.push(Call { op, begun: self.clock, ended: None });
        (at, line)
    }

    /// Notes that a call has ended, after it has. Gives the line that tells of it.
    pub fn end(&mut self, at: usize, end: End) -> String {
        self.clock += 1;
        self.calls[at].ended = Some((self.clock, end));
        format!("{MARK}{at} ends {end:?} .\n")
    }

    /// Takes note of a line that another process wrote; others, and what is cut off, it leaves alone.
    pub fn read(&mut self, line: &str) {
        let Some(told) = line.find(MARK).map(|at| &line[at + MARK.len()..]).and_then(|told| told.strip_suffix(" .")) else { return };
        let words: Vec<&str> = told.split(' ').collect();
        let at: usize = words[0].parse().unwrap();
        if words[1] == "begins" {
            assert_eq!(self.begin(Op::parse(&words[2..])).0, at, "{line}");
        } else {
            self.end(at, End::ALL.into_iter().find(|end| format!("{end:?}") == words[2]).unwrap());
        }
    }

    pub fn acknowledged(&self) -> usize {
        self.calls.iter().filter(|call| call.is_acknowledged()).count()
    }

    pub fn begun(&self) -> usize {
        self.calls.len()
    }

    /// Compares what is stored with what was asked for. `is_atomic` says that a call without an answer has done all or nothing.
    pub fn check(&self, stored: &Stored, is_atomic: bool) {
        self.check_missing();
        for kind in Kind::ALL {
            self.check_documents(kind, &stored.ids(kind));
        }
        let mut by_document: BTreeMap<(Kind, i64), Vec<&Call>> = BTreeMap::new();
        for call in self.calls.iter().filter(|call| call.is_acknowledged() || call.is_open()) {
            by_document.entry(call.op.on).or_default().push(call);
        }
        let (mut written, mut decided) = (0, 0);
        for post in stored.ids(Kind::Post) {
            for other in [Kind::Tag, Kind::Mark].into_iter().flat_map(|kind| stored.ids(kind).into_iter().map(move |id| (kind, id))) {
                let writes = writes(&by_document, (Kind::Post, post), other, is_atomic);
                let may_be = may_be(&writes);
                let is_linked = stored.is_linked(post, other);
                assert!(
                    may_be.contains(&is_linked),
                    "post {post} and {other:?} are linked: {is_linked}, after\n{}",
                    self.told((Kind::Post, post), other)
                );
                if writes.len() > 1 {
                    written += 1;
                    decided += usize::from(may_be.len() == 1);
                }
            }
        }
        // Or it would prove little.
        assert!(decided * 5 >= written * 4, "of {written} pairs {decided} can be only one way");
    }

    /// Those that must be there are, and no others than may be.
    fn check_documents(&self, kind: Kind, present: &BTreeSet<i64>) {
        let mut must: BTreeSet<i64> = (0..DOCUMENTS).collect();
        let mut may = must.clone();
        let of = |act: Act| self.calls.iter().filter(move |call| call.op.act == act && call.op.on.0 == kind);
        for call in of(Act::Create) {
            if call.is_acknowledged() {
                must.insert(call.op.on.1);
            }
            if call.is_acknowledged() || call.is_open() {
                may.insert(call.op.on.1);
            }
        }
        for call in of(Act::Delete) {
            if call.is_acknowledged() {
                may.remove(&call.op.on.1);
            }
            if call.is_acknowledged() || call.is_open() {
                must.remove(&call.op.on.1);
            }
        }
        assert!(must.is_subset(present), "{kind:?} that are lost: {:?}", must.difference(present));
        assert!(present.is_subset(&may), "{kind:?} that are left over: {:?}", present.difference(&may));
    }

    /// Nothing is missing that nobody deleted.
    fn check_missing(&self) {
        let mut deleted: BTreeMap<(Kind, i64), u64> = BTreeMap::new();
        for call in self.calls.iter().filter(|call| call.op.act == Act::Delete && (call.is_acknowledged() || call.is_open())) {
            let first = deleted.entry(call.op.on).or_insert(call.begun);
            *first = (*first).min(call.begun);
        }
        for call in &self.calls {
            let Some((ended, End::Missing)) = call.ended else { continue };
            let mut named = call.op.ids.iter().map(|id| (call.op.to, *id)).chain([call.op.on]);
            assert!(named.any(|document| deleted.get(&document).is_some_and(|begun| *begun < ended)), "nothing was missing: {call:?}");
        }
    }

    /// What was asked of a pair.
    fn told(&self, post: (Kind, i64), other: (Kind, i64)) -> String {
        let concerns = |op: &Op| match op.on {
            on if on == post => op.act == Act::Delete || op.makes(other).is_some(),
            on if on == other => op.act == Act::Delete || op.makes(post).is_some(),
            _ => false,
        };
        let calls: Vec<String> = self.calls.iter().filter(|call| concerns(&call.op)).map(|call| format!("{call:?}")).collect();
        calls.join("\n")
    }
}

/// What was written to a pair of which both are there. There was no link at first.
fn writes(by_document: &BTreeMap<(Kind, i64), Vec<&Call>>, post: (Kind, i64), other: (Kind, i64), is_atomic: bool) -> Vec<Write> {
    let mut writes = vec![Write { links: false, begun: 0, ended: Some(0) }];
    for (on, to) in [(post, other), (other, post)] {
        for call in by_document.get(&on).into_iter().flatten() {
            let makes = match call.op.act {
                // It took the links away and did not come to the document.
                Act::Delete if !is_atomic && call.is_open() => Some(false),
                _ => call.op.makes(to),
            };
            if let Some(links) = makes {
                let ended = if call.is_open() { None } else { call.ended.map(|(ended, _)| ended) };
                writes.push(Write { links, begun: call.begun, ended });
            }
        }
    }
    writes
}

/// Whether the pair may be linked, and whether it may not.
fn may_be(writes: &[Write]) -> BTreeSet<bool> {
    let last = writes.iter().filter(|write| write.ended.is_some()).map(|write| write.begun).max().unwrap_or(0);
    writes.iter().filter(|write| write.ended.is_none_or(|ended| ended >= last)).map(|write| write.links).collect()
}

#[test]
fn a_history_knows_what_may_be_there() {
    let connect = |post: i64, tags: &[i64]| Op { act: Act::Connect, on: (Kind::Post, post), to: Kind::Tag, ids: tags.to_vec() };
    let replace = |tag: i64, posts: &[i64]| Op { act: Act::Replace, on: (Kind::Tag, tag), to: Kind::Post, ids: posts.to_vec() };
    let asked = |history: &History| {
        let mut by_document: BTreeMap<(Kind, i64), Vec<&Call>> = BTreeMap::new();
        for call in &history.calls {
            by_document.entry(call.op.on).or_default().push(call);
        }
        may_be(&writes(&by_document, (Kind::Post, 1), (Kind::Tag, 2), true)).into_iter().collect::<Vec<bool>>()
    };
    let mut history = History::default();
    assert_eq!(asked(&history), [false]);
    let (first, line) = history.begin(connect(1, &[2, 3]));
    assert_eq!(line, "@links 0 begins Connect Post 1 Tag [2,3] .\n");
    assert_eq!(asked(&history), [false, true], "it may be made or not");
    let line = history.end(first, End::Acknowledged);
    assert_eq!((asked(&history), line.as_str()), (vec![true], "@links 0 ends Acknowledged .\n"));
    let (second, _) = history.begin(replace(2, &[4]));
    assert_eq!(asked(&history), [false, true]);
    let (third, _) = history.begin(connect(1, &[2]));
    history.end(second, End::Acknowledged);
    history.end(third, End::Acknowledged);
    assert_eq!(asked(&history), [false, true], "the two overlap");
    let (fourth, _) = history.begin(replace(2, &[]));
    history.end(fourth, End::Acknowledged);
    assert_eq!(asked(&history), [false]);

    // The same from the lines.
    let mut read = History::default();
    let (_, line) = History::default().begin(connect(1, &[2, 3]));
    read.read("running 1 test");
    read.read(&format!("test role ... {}", line.trim_end()));
    assert_eq!(asked(&read), [false, true]);
    read.read("@links 0 ends Acknow");
    assert_eq!(asked(&read), [false, true], "a line that is cut off says nothing");
    read.read("@links 0 ends Acknowledged .");
    assert_eq!((asked(&read), read.acknowledged()), (vec![true], 1));
}
