// A missing key would be read as the default, which no read of the server follows: filters, includes and the model would differ.
use chakra::prelude::*;

#[derive(Model)]
struct Tag {
    #[chakra(id)]
    id: i64,
}

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: i64,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: i64,
    #[chakra(default = 0)]
    author_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = author_id)]
    author: Related<User>,
    #[chakra(default = [1])]
    tag_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = tag_ids)]
    tags: Related<Vec<Tag>>,
    // What fills a draft only is no trouble.
    #[chakra(default = 0)]
    editor_id: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = editor_id)]
    editor: Related<Option<User>>,
}

fn main() {}
