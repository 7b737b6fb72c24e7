// Ids in a list of composites are keys, of which the side that has them says what they do; their ids never change, and ids in a plain list are
// pulled in any case.
use chakra::prelude::*;

#[derive(Clone, Composite)]
struct Line {
    product_id: Id<Product>,
}

#[derive(Model)]
struct Order {
    #[chakra(id)]
    id: Id<Order>,
    lines: Vec<Line>,
    #[chakra(relation = ManyToMany, ids = lines.product_id, on_delete = Cascade, on_update = Cascade)]
    products: Related<Vec<Product>>,
    tag_ids: Vec<Id<Product>>,
    #[chakra(relation = ManyToMany, ids = tag_ids, on_delete = NoAction)]
    tags: Related<Vec<Product>>,
}

#[derive(Model)]
struct Product {
    #[chakra(id)]
    id: Id<Product>,
    #[chakra(relation = ManyToMany, inverse_ids = lines.product_id, on_delete = Cascade)]
    orders: Related<Vec<Order>>,
}

fn main() {}
