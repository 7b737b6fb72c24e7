//! Authors and books as they may be related, by chance, and who is related to whom by what was loaded.

use chakra::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct Author {
    #[chakra(id)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
    pub friend_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = friend_ids)]
    pub friends: Related<Vec<Author>>,
    #[chakra(relation = OneToMany, foreign_key = author_id)]
    pub books: Related<Vec<Book>>,
    #[chakra(relation = OneToMany, foreign_key = editor_id)]
    pub edited: Related<Vec<Book>>,
    #[chakra(relation = OneToOne, foreign_key = author_id)]
    pub portrait: Related<Option<Portrait>>,
}

#[derive(Debug, Clone, Model)]
pub struct Portrait {
    #[chakra(id)]
    pub id: i64,
    pub colour: String,
    pub author_id: Option<i64>,
    #[chakra(relation = OneToOne, foreign_key = author_id, on_delete = NoAction)]
    pub author: Related<Option<Author>>,
}

#[derive(Debug, Clone, Model)]
pub struct Book {
    #[chakra(id)]
    pub id: i64,
    pub stars: i32,
    pub author_id: i64,
    // Some keys lead nowhere.
    #[chakra(relation = ManyToOne, foreign_key = author_id, on_delete = NoAction)]
    pub author: Related<Author>,
    pub editor_id: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = editor_id, on_delete = NoAction)]
    pub editor: Related<Option<Author>>,
    pub genre_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = genre_ids, inverse_ids = book_ids)]
    pub genres: Related<Vec<Genre>>,
    pub shelf_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = shelf_ids)]
    pub shelves: Related<Vec<Shelf>>,
}

#[derive(Debug, Clone, Model)]
pub struct Genre {
    #[chakra(id)]
    pub id: i64,
    pub name: String,
    pub book_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = book_ids, inverse_ids = genre_ids)]
    pub books: Related<Vec<Book>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "shelves")]
pub struct Shelf {
    #[chakra(id)]
    pub id: i64,
    pub room: i32,
    #[chakra(relation = ManyToMany, inverse_ids = shelf_ids)]
    pub books: Related<Vec<Book>>,
}

/// The same numbers for the same seed (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    /// A number from 0 up to `n`, exclusive.
    pub fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((mixed ^ (mixed >> 31)) % n.unsigned_abs()).unwrap()
    }

    /// Up to `most` ids from 1 to `n`, of which one may come twice.
    fn ids(&mut self, most: i64, n: i64) -> Vec<i64> {
        (0..self.below(most + 1)).map(|_| 1 + self.below(n)).collect()
    }

    /// The same as an `i32`.
    pub fn small(&mut self, n: i64) -> i32 {
        i32::try_from(self.below(n)).unwrap()
    }
}

/// All documents that there are.
#[derive(Debug)]
pub struct World {
    pub authors: Vec<Author>,
    pub portraits: Vec<Portrait>,
    pub books: Vec<Book>,
    pub genres: Vec<Genre>,
    pub shelves: Vec<Shelf>,
}

/// Stores some keys as other types of numbers, as other writers may: they are equal on the server.
async fn vary(db: &Db) {
    for (rest, to) in [(1, "$toInt"), (2, "$toDouble")] {
        let which = doc! { "_id": { "$mod": [3, rest] } };
        let keys = doc! { "author_id": { to: "$author_id" }, "editor_id": { to: "$editor_id" } };
        db.collection::<Book>().update_many(which.clone(), vec![doc! { "$set": keys }]).await.unwrap();
        let friends = doc! { "$map": { "input": "$friend_ids", "in": { to: "$$this" } } };
        db.collection::<Author>().update_many(which, vec![doc! { "$set": { "friend_ids": friends } }]).await.unwrap();
    }
}

impl World {
    /// Puts another world into the database, of any size down to none of each.
    pub async fn put(db: &Db, dice: &mut Dice) -> Self {
        let sizes = [dice.below(7), dice.below(8), dice.below(12), dice.below(4), dice.below(4)];
        Self::put_of(db, dice, sizes).await
    }

    /// Puts another world of so many authors, portraits, books, genres and shelves into the database. Some keys lead nowhere, and an id list need
    /// not be true to the one on the other side.
    pub async fn put_of(db: &Db, dice: &mut Dice, [authors, portraits, books, genres, shelves]: [i64; 5]) -> Self {
        db.delete_many(Author::all()).await.unwrap();
        db.delete_many(Portrait::all()).await.unwrap();
        db.delete_many(Book::all()).await.unwrap();
        db.delete_many(Genre::all()).await.unwrap();
        db.delete_many(Shelf::all()).await.unwrap();
        let made: Vec<Author> = (1..=authors)
            .map(|id| Author {
                id,
                name: format!("a{id}"),
                age: (dice.below(3) > 0).then(|| 20 + dice.small(40)),
                friend_ids: dice.ids(2, authors + 1),
                friends: Related::default(),
                books: Related::default(),
                edited: Related::default(),
                portrait: Related::default(),
            })
            .collect();
        db.insert_many(&made).await.unwrap();
        let made: Vec<Portrait> = (1..=portraits)
            .map(|id| Portrait {
                id,
                colour: ["red", "blue"][usize::try_from(dice.below(2)).unwrap()].to_owned(),
                // At most one of each author, and some of nobody.
                author_id: (dice.below(3) > 0).then_some(id),
                author: Related::default(),
            })
            .collect();
        db.insert_many(&made).await.unwrap();
        let made: Vec<Book> = (1..=books)
            .map(|id| Book {
                id,
                stars: dice.small(6),
                author_id: 1 + dice.below(authors + 2),
                author: Related::default(),
                editor_id: (dice.below(2) > 0).then(|| 1 + dice.below(authors + 2)),
                editor: Related::default(),
                genre_ids: dice.ids(3, genres + 1),
                genres: Related::default(),
                shelf_ids: dice.ids(3, shelves + 1),
                shelves: Related::default(),
            })
            .collect();
        db.insert_many(&made).await.unwrap();
        let made: Vec<Genre> = (1..=genres)
            .map(|id| Genre { id, name: format!("g{id}"), book_ids: dice.ids(4, books + 1), books: Related::default() })
            .collect();
        db.insert_many(&made).await.unwrap();
        let made: Vec<Shelf> = (1..=shelves).map(|id| Shelf { id, room: dice.small(2), books: Related::default() }).collect();
        db.insert_many(&made).await.unwrap();
        vary(db).await;
        Self::load(db).await
    }

    async fn load(db: &Db) -> Self {
        Self {
            authors: db.find_many(Author::all()).await.unwrap(),
            portraits: db.find_many(Portrait::all()).await.unwrap(),
            books: db.find_many(Book::all()).await.unwrap(),
            genres: db.find_many(Genre::all()).await.unwrap(),
            shelves: db.find_many(Shelf::all()).await.unwrap(),
        }
    }

    pub fn author(&self, id: i64) -> Option<&Author> {
        self.authors.iter().find(|author| author.id == id)
    }

    pub fn author_of(&self, book: &Book) -> Option<&Author> {
        self.author(book.author_id)
    }

    pub fn editor_of(&self, book: &Book) -> Option<&Author> {
        self.author(book.editor_id?)
    }

    pub fn books_by(&self, author: &Author) -> Vec<&Book> {
        self.books.iter().filter(|book| book.author_id == author.id).collect()
    }

    pub fn edited_by(&self, author: &Author) -> Vec<&Book> {
        self.books.iter().filter(|book| book.editor_id == Some(author.id)).collect()
    }

    pub fn portrait_of(&self, author: &Author) -> Option<&Portrait> {
        self.portraits.iter().find(|portrait| portrait.author_id == Some(author.id))
    }

    pub fn sitter_of(&self, portrait: &Portrait) -> Option<&Author> {
        self.author(portrait.author_id?)
    }

    pub fn friends_of(&self, author: &Author) -> Vec<&Author> {
        self.authors.iter().filter(|friend| author.friend_ids.contains(&friend.id)).collect()
    }

    pub fn genres_of(&self, book: &Book) -> Vec<&Genre> {
        self.genres.iter().filter(|genre| book.genre_ids.contains(&genre.id)).collect()
    }

    pub fn shelves_of(&self, book: &Book) -> Vec<&Shelf> {
        self.shelves.iter().filter(|shelf| book.shelf_ids.contains(&shelf.id)).collect()
    }

    pub fn books_in(&self, genre: &Genre) -> Vec<&Book> {
        self.books.iter().filter(|book| genre.book_ids.contains(&book.id)).collect()
    }

    pub fn books_on(&self, shelf: &Shelf) -> Vec<&Book> {
        self.books.iter().filter(|book| book.shelf_ids.contains(&shelf.id)).collect()
    }
}
