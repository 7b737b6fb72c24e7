// Every document has an `_id`; references, reloads and saves go by it.
use chakra::prelude::*;

#[derive(Model)]
struct Post {
    title: String,
}

// The dummy keeps the names, so that this adds no message.
fn uses_are_still_understood() {
    let _ = Post::draft().title("Hello");
    let _ = Post::title;
    let _: Filter<Post> = Post::all();
}

fn main() {}
