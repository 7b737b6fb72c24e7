//! Text is literal, letter by letter, and of any length.

use super::broken;
use crate::support::Fixture;
use chakra::{Error, prelude::*};

#[derive(Debug, Clone, PartialEq, Model)]
struct Word {
    #[chakra(id)]
    id: i64,
    text: String,
}

async fn fixture(texts: impl IntoIterator<Item = String>) -> (Fixture, Vec<Word>) {
    let fixture = Fixture::new(|builder| builder.model::<Word>()).await;
    let words: Vec<Word> = (1..).zip(texts).map(|(id, text)| Word { id, text }).collect();
    fixture.db.insert_many(&words).await.unwrap();
    fixture.commands();
    (fixture, words)
}

async fn found(fixture: &Fixture, filter: Filter<Word>) -> chakra::Result<Vec<i64>> {
    Ok(fixture.db.find_many(filter).order_by(Word::id.asc()).await?.iter().map(|word| word.id).collect())
}

/// What patterns, their classes, escapes and options are made of, and what stands at the edges of text and of its order.
fn parts() -> Vec<String> {
    let marks = (0..128_u8).map(char::from).filter(char::is_ascii_punctuation).map(String::from);
    let more = [
        "\0",
        "\n",
        "\r\n",
        "\t",
        " ",
        "a\nb",
        "a\0b",
        "\\\\",
        "\\z",
        "\\E",
        "\\Q.\\E",
        "\\x00",
        "\\n",
        "(?i)a",
        "(?#a)",
        "[a-z]",
        "[[:alpha:]]",
        "a|b",
        "^a",
        "a$",
        "a+",
        ".*",
        "a{2}",
        "é",
        "É",
        "\u{D7FF}",
        "\u{E000}",
        "\u{10FFFF}",
    ];
    marks.chain(more.map(str::to_owned)).collect()
}

/// A filter by a part of the text, and the same in Rust.
type Test = (&'static str, fn(&str) -> Filter<Word>, fn(&str, &str) -> bool);

/// Simple case folding of the letters that stand in `parts`.
fn folded(text: &str) -> String {
    text.to_lowercase()
}

const TESTS: [Test; 7] = [
    ("contains", |part| Word::text.contains(part), |text, part| text.contains(part)),
    ("starts_with", |part| Word::text.starts_with(part), |text, part| text.starts_with(part)),
    ("ends_with", |part| Word::text.ends_with(part), |text, part| text.ends_with(part)),
    ("ci().eq", |part| Word::text.ci().eq(part), |text, part| folded(text) == folded(part)),
    ("ci().contains", |part| Word::text.ci().contains(part), |text, part| folded(text).contains(&folded(part))),
    ("ci().starts_with", |part| Word::text.ci().starts_with(part), |text, part| folded(text).starts_with(&folded(part))),
    ("ci().ends_with", |part| Word::text.ci().ends_with(part), |text, part| folded(text).ends_with(&folded(part))),
];

#[tokio::test]
async fn every_mark_stands_for_itself() {
    let around = |part: String| {
        let texts = [format!("b{part}"), format!("{part}b"), format!("b{part}b"), format!("{part}\n"), format!("\n{part}")];
        texts.into_iter().chain([part])
    };
    let texts = parts().into_iter().flat_map(around).chain(["", "a", "aa", "A", "b", "ab", "aab"].map(str::to_owned));
    let (fixture, words) = fixture(texts).await;
    let mut wrong = Vec::new();
    for part in parts() {
        for (name, filter, holds) in TESTS {
            for word in words.iter().filter(|word| word.text.contains(&part)) {
                assert_eq!(filter(&part).matches(word).unwrap(), holds(&word.text, &part), "{name} {part:?} of {word:?} in memory");
            }
            let expected: Vec<i64> = words.iter().filter(|word| holds(&word.text, &part)).map(|word| word.id).collect();
            match found(&fixture, filter(&part)).await {
                Ok(found) if found == expected => {}
                other => wrong.push(format!("{name} {part:?}: {other:?}, not {expected:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The server compiles patterns of up to 65,522 bytes, of which a letter takes one more than it has itself: so many of each. Beside them stand
/// so many as make 32,764 bytes of pattern, of which a mark takes two.
const LONG: [(&str, usize); 9] = [
    ("x", 32_761),
    (".", 32_761),
    (".", 16_382),
    ("é", 21_840),
    ("é", 16_382),
    ("€", 16_380),
    ("€", 10_921),
    ("\u{10FFFF}", 13_104),
    ("\u{10FFFF}", 8_191),
];

#[tokio::test]
async fn a_part_is_found_whether_a_pattern_can_be_as_long_or_not() {
    // Each long text has a short one behind it.
    let texts = LONG.iter().flat_map(|(letter, length)| [format!("y{}", letter.repeat(length + 4)), format!("y{letter}")]);
    let (fixture, _) = fixture(texts).await;
    let mut wrong = Vec::new();
    for ((letter, longest), long) in LONG.into_iter().zip((1_i64..).step_by(2)) {
        for length in longest - 4..=longest + 4 {
            let part = letter.repeat(length);
            for (name, filter) in [
                ("contains", Word::text.contains(&*part)),
                ("ends_with", Word::text.ends_with(&*part)),
                ("starts_with", Word::text.starts_with(format!("y{part}"))),
            ] {
                for (filter, expected) in [(filter.clone(), long), (!filter, long + 1)] {
                    match found(&fixture, Word::id.in_([long, long + 1]) & filter).await {
                        Ok(found) if found == [expected] => {}
                        other => wrong.push(format!("{name} {length} {letter}: {other:?}, not {expected}")),
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How many of a letter are found whatever their case, with all that makes a pattern of them. An `s` takes three bytes then, since there is a
/// third letter, the long one, that is an `s` in another case.
const LONG_IN_ANY_CASE: [(&str, usize); 2] = [("x", 32_760), ("s", 21_840)];

#[tokio::test]
async fn a_part_in_any_case_is_found_or_refused_here_and_never_by_the_server() {
    let (fixture, _) = fixture(LONG_IN_ANY_CASE.iter().map(|(letter, length)| letter.repeat(length + 4))).await;
    let mut wrong = Vec::new();
    for ((letter, longest), id) in LONG_IN_ANY_CASE.into_iter().zip(1_i64..) {
        for length in longest - 4..=longest + 4 {
            let part = letter.to_uppercase().repeat(length);
            let is_whole = length == longest + 4;
            for (name, filter, matches) in [
                ("eq", Word::text.ci().eq(&*part), is_whole),
                ("contains", Word::text.ci().contains(&*part), true),
                ("starts_with", Word::text.ci().starts_with(&*part), true),
                ("ends_with", Word::text.ci().ends_with(&*part), true),
            ] {
                fixture.commands();
                let expected = if matches { vec![id] } else { vec![] };
                match found(&fixture, Word::id.in_([id]) & filter).await {
                    Ok(found) if found == expected => {}
                    Err(error @ Error::Invalid { .. }) if length > longest => {
                        let (path, rule) = broken(&error);
                        assert_eq!((path, fixture.commands()), ("text", vec![]));
                        assert!(rule.contains("a text to search for"), "{rule}");
                    }
                    other => wrong.push(format!("{name} {length} {letter}: {other:?}, not {expected:?}")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
