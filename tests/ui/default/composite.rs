// What a filter on a field of the composite means for a document without it is not decided yet.
use chakra::prelude::*;

#[derive(Composite)]
struct Point {
    x: i32,
}

const ORIGIN: Point = Point { x: 0 };

#[derive(Model)]
struct Shape {
    #[chakra(id)]
    id: Id<Shape>,
    #[chakra(default = ORIGIN)]
    at: Point,
}

fn main() {}
