// A key names one document: what it references is a unique field, and the lists of a ManyToMany hold ids.
use chakra::prelude::*;

#[derive(Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(unique)]
    username: String,
    city: String,
    #[chakra(relation = OneToMany, foreign_key = author, references = city)]
    posts: Related<Vec<Post>>,
    #[chakra(relation = OneToMany, foreign_key = author, references = user_name)]
    drafts: Related<Vec<Post>>,
    group_ids: Vec<Id<Group>>,
    #[chakra(relation = ManyToMany, ids = group_ids, references = username)]
    groups: Related<Vec<Group>>,
    #[chakra(references = username)]
    friend: String,
}

#[derive(Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    author: String,
}

#[derive(Model)]
struct Group {
    #[chakra(id)]
    id: Id<Group>,
}

fn main() {}
