//! The models that tests share.

use chakra::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[chakra(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    User,
    #[chakra(name = "ROOT")]
    Admin,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Address {
    pub street: String,
    #[chakra(name = "town")]
    pub city: String,
    pub geo: Option<Point>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "users", unique(first_name, last_name), index(address.city, created_at = desc))]
pub struct User {
    #[chakra(id)]
    pub id: Id<User>,
    #[chakra(unique, max_length = 50)]
    pub username: String,
    #[chakra(name = "mail", unique)]
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub bio: Option<String>,
    #[chakra(default = 0)]
    pub logins: i64,
    #[chakra(default = Role::User)]
    pub role: Role,
    pub address: Option<Address>,
    pub tags: Vec<String>,
    #[chakra(default = now())]
    pub created_at: DateTime<Utc>,
    #[chakra(updated_at)]
    pub updated_at: DateTime<Utc>,
    #[chakra(version)]
    pub version: i64,
    #[chakra(relation = OneToMany, foreign_key = author_id)]
    pub posts: Related<Vec<Post>>,
    #[chakra(relation = OneToOne, foreign_key = user_id)]
    pub profile: Related<Option<Profile>>,
}

#[derive(Debug, Clone, Model)]
pub struct Profile {
    #[chakra(id)]
    pub id: Id<Profile>,
    pub bio: String,
    pub user_id: Id<User>,
    #[chakra(relation = OneToOne, foreign_key = user_id)]
    pub user: Related<User>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "posts", unique(author_id, title))]
pub struct Post {
    #[chakra(id)]
    pub id: Id<Post>,
    pub title: String,
    pub body: Option<String>,
    #[chakra(default = false)]
    pub published: bool,
    pub author_id: Id<User>,
    #[chakra(relation = ManyToOne, foreign_key = author_id)]
    pub author: Related<User>,
    pub editor_id: Option<Id<User>>,
    #[chakra(relation = ManyToOne, foreign_key = editor_id)]
    pub editor: Related<Option<User>>,
    pub category_ids: Vec<Id<Category>>,
    #[chakra(relation = ManyToMany, ids = category_ids, inverse_ids = post_ids)]
    pub categories: Related<Vec<Category>>,
}

#[derive(Debug, Clone, Model)]
pub struct Category {
    #[chakra(id)]
    pub id: Id<Category>,
    #[chakra(unique)]
    pub name: String,
    pub post_ids: Vec<Id<Post>>,
    #[chakra(relation = ManyToMany, ids = post_ids, inverse_ids = category_ids)]
    pub posts: Related<Vec<Post>>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Line {
    pub sku: String,
    pub qty: i32,
    pub note: Option<String>,
}

/// Every kind of field that filters tell apart.
#[derive(Debug, Clone, PartialEq, Model)]
pub struct Item {
    #[chakra(id)]
    pub id: i64,
    pub name: Option<String>,
    pub stock: i32,
    pub price: Option<f64>,
    #[chakra(default = 5)]
    pub rank: i64,
    #[chakra(default = "new")]
    pub state: String,
    pub tags: Vec<String>,
    #[chakra(max_length = 3)]
    pub codes: Vec<i32>,
    pub lines: Vec<Line>,
    pub home: Option<Address>,
    pub seen: Option<DateTime<Utc>>,
}

impl Item {
    pub fn new(id: i64) -> Self {
        Self {
            id,
            name: None,
            stock: 0,
            price: None,
            rank: 5,
            state: "new".into(),
            tags: vec![],
            codes: vec![],
            lines: vec![],
            home: None,
            seen: None,
        }
    }
}

/// A draft of a user with everything that is required.
pub fn ada() -> chakra::Draft<User> {
    chakra::Draft::of(User::draft().username("ada").email("ada@example.com").first_name("Ada").last_name("Lovelace"))
}
