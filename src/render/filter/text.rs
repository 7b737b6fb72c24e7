//! Texts: prefixes as ranges, the rest as patterns, and what is too long for one as an expression.

use super::{
    super::{
        matching::{Match, at},
        number::as_long,
        text::{escape, is_compiled, successor},
    },
    renderer::Renderer,
};
use crate::{Error, Result, query::TextTest};
use bson::{Document, doc};

impl Renderer<'_> {
    pub(super) fn text(&self, full: &str, test: TextTest, part: &str) -> Result<Match> {
        let (pattern, anchors) = match test {
            TextTest::Is => return Ok(at(full, part)),
            TextTest::StartsWith if part.is_empty() => return Ok(at(full, doc! { "$type": "string" })),
            TextTest::StartsWith => {
                return Ok(match successor(part) {
                    Some(end) => at(full, doc! { "$gte": part, "$lt": end }),
                    None => at(full, doc! { "$gte": part }),
                });
            }
            TextTest::Contains => (escape(part), 0),
            TextTest::EndsWith => (format!("{}\\z", escape(part)), 1),
        };
        if is_compiled(part, anchors, false) {
            return Ok(at(full, doc! { "$regex": pattern }));
        }
        if !self.outermost {
            return Err(self.too_long(full));
        }
        Ok(Match::Doc(by_bytes(full, test, part)))
    }

    pub(super) fn text_ignoring_case(&self, full: &str, test: TextTest, part: &str) -> Result<Match> {
        let escaped = escape(part);
        let (pattern, anchors) = match test {
            TextTest::Contains => (escaped, 0),
            TextTest::StartsWith => (format!("^{escaped}"), 1),
            TextTest::EndsWith => (format!("{escaped}\\z"), 1),
            TextTest::Is => (format!("^{escaped}\\z"), 2),
        };
        if !is_compiled(part, anchors, true) {
            return Err(self.too_long(full));
        }
        Ok(at(full, doc! { "$regex": pattern, "$options": "i" }))
    }

    fn too_long(&self, full: &str) -> Error {
        Error::rule(self.schema, full, "a text to search for of at most 65522 bytes, counting one more for each character")
    }
}

/// The part looked for byte by byte, where no pattern can be that long. An error would fail the whole read, so it is asked of texts only.
fn by_bytes(full: &str, test: TextTest, part: &str) -> Document {
    let path = format!("${full}");
    let text = doc! { "$cond": [{ "$eq": [{ "$type": &path }, "string"] }, &path, ""] };
    let part_length = as_long(part.len());
    let part = doc! { "$literal": part };
    match test {
        TextTest::EndsWith => {
            let start = doc! { "$subtract": [{ "$strLenBytes": text.clone() }, part_length] };
            let found = doc! { "$indexOfBytes": [text, part, { "$max": [0, start.clone()] }] };
            doc! { "$expr": { "$and": [{ "$gte": [start.clone(), 0] }, { "$eq": [found, start] }] } }
        }
        _ => doc! { "$expr": { "$gte": [{ "$indexOfBytes": [text, part] }, 0] } },
    }
}
