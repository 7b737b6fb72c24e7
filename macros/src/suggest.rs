//! "Did you mean …?": the known word that is nearest to what was typed. Read by `parse` for attributes and by `check` for fields.

/// The known word nearest to `typed`, if one is near enough to be what was meant.
pub(crate) fn suggest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // One slip in a short word, one in three letters in a long one: beyond that a guess confuses more than it helps.
    let limit = (typed.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|word| (distance(typed, word), word))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// The end of a message about an unknown word: the nearest word, or all of them.
pub(crate) fn suggest_or_list(typed: &str, known: &[&str]) -> String {
    match suggest(typed, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None if known.is_empty() => String::from("there are none"),
        None => format!("known are {}", list(known)),
    }
}

/// The words as a message lists them.
pub(crate) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Edit distance in which two swapped letters are one slip (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_slips() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("unique", "unique"), 0);
        assert_eq!(distance("uniqe", "unique"), 1);
        assert_eq!(distance("emial", "email"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn the_nearest_word_is_suggested_and_a_far_one_is_not() {
        let known = ["unique", "index", "default"];
        assert_eq!(suggest("uniqe", known), Some("unique"));
        assert_eq!(suggest("defualt", known), Some("default"));
        assert_eq!(suggest("primary", known), None);
        assert_eq!(suggest_or_list("idx", &["a", "b"]), "known are `a`, `b`");
    }
}
