//! A model with a tagged union alone, optional, in a list and in a map.

use crate::support::Fixture;
use chakra::{Error, prelude::*};
use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Note {
    pub text: String,
    #[chakra(max_length = 2)]
    pub lang: Option<String>,
}

/// Variants with fields of the same names, of which some have other types.
#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
pub enum Media {
    Photo {
        #[chakra(min_length = 3)]
        url: String,
        width: i32,
        #[chakra(default = 1)]
        height: i32,
        alt: Option<String>,
        tags: Vec<String>,
    },
    #[chakra(name = "LINK")]
    Link {
        url: String,
        width: Option<i64>,
        #[chakra(name = "to")]
        target: Option<Note>,
    },
    Nothing,
    Note(Note),
}

#[derive(Debug, Clone, PartialEq, Model)]
pub struct Album {
    #[chakra(id)]
    pub id: i64,
    pub cover: Media,
    pub back: Option<Media>,
    pub media: Vec<Media>,
    pub by_name: HashMap<String, Media>,
}

pub fn photo(url: &str, width: i32) -> Media {
    Media::Photo { url: url.into(), width, height: 1, alt: None, tags: vec![] }
}

pub fn link(url: &str) -> Media {
    Media::Link { url: url.into(), width: None, target: None }
}

pub fn note(text: &str) -> Note {
    Note { text: text.into(), lang: None }
}

pub fn album(id: i64, cover: Media) -> Album {
    Album { id, cover, back: None, media: vec![], by_name: HashMap::new() }
}

/// The broken rules of an error, each as it is said.
pub fn rules(error: &Error) -> Vec<String> {
    match error {
        Error::Invalid { broken, .. } => broken.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

pub async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Album>()).await;
    fixture.commands();
    fixture
}
