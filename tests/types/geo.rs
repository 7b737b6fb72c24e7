//! GeoJSON: what the server's geographic indexes understand, also those of the bare driver.

use super::harness::types;
use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{
    Error,
    model::{LineString, Point, Polygon},
    prelude::*,
};

const ROME: Point = Point::new(12.5, 41.9);
const OSLO: Point = Point::new(10.75, 59.91);
const CAPE: Point = Point::new(18.42, -33.92);

fn triangle() -> Vec<Point> {
    vec![ROME, OSLO, CAPE, ROME]
}

fn geo(kind: &str, coordinates: Bson) -> Bson {
    Bson::Document(doc! { "type": kind, "coordinates": coordinates })
}

fn numbers(numbers: &[i32]) -> Bson {
    Bson::Array(numbers.iter().copied().map(Bson::Int32).collect())
}

fn position(point: Point) -> Bson {
    Bson::Array(vec![point.longitude.into(), point.latitude.into()])
}

fn positions(points: &[Point]) -> Bson {
    Bson::Array(points.iter().copied().map(position).collect())
}

types! {
    point: check Point = [ROME => geo("Point", position(ROME)), CAPE => geo("Point", position(CAPE))];
    line: check LineString = [
        LineString(vec![ROME, OSLO]) => geo("LineString", positions(&[ROME, OSLO])),
        LineString(vec![ROME, CAPE, OSLO]) => geo("LineString", positions(&[ROME, CAPE, OSLO]))
    ];
    polygon: check Polygon = [
        Polygon { rings: vec![triangle()] } => geo("Polygon", Bson::Array(vec![positions(&triangle())])),
        Polygon { rings: vec![triangle(), triangle()] } => geo("Polygon", Bson::Array(vec![positions(&triangle()), positions(&triangle())]))
    ];
}

#[derive(Debug, Clone, PartialEq, Model)]
struct City {
    #[chakra(id)]
    id: i64,
    at: Point,
    road: Option<LineString>,
    area: Option<Polygon>,
}

#[tokio::test]
async fn the_server_finds_what_is_near() {
    let fixture = Fixture::new(|builder| builder.model::<City>()).await;
    fixture.db.create_many([City::draft().id(1).at(OSLO), City::draft().id(2).at(ROME), City::draft().id(3).at(CAPE)]).await.unwrap();
    let index = doc! { "createIndexes": "cities", "indexes": [{ "key": { "at": "2dsphere" }, "name": "at" }] };
    fixture.raw.run_command(index).await.unwrap();
    let near =
        doc! { "at": { "$nearSphere": { "$geometry": { "type": "Point", "coordinates": [12.0, 42.0] }, "$maxDistance": 3_000_000 } } };
    let mut found = fixture.raw.collection::<Document>("cities").find(near).await.unwrap();
    let mut ids = Vec::new();
    while found.advance().await.unwrap() {
        ids.push(found.deserialize_current().unwrap().get_i64("_id").unwrap());
    }
    assert_eq!(ids, [2, 1]);
}

#[tokio::test]
async fn what_an_index_would_refuse_is_refused_before_anything_is_sent() {
    let fixture = Fixture::new(|builder| builder.model::<City>()).await;
    let db = &fixture.db;
    fixture.commands();
    let city = || City::draft().id(1).at(ROME);
    let open = vec![ROME, OSLO, CAPE, OSLO];
    let place = "a longitude from -180 to 180 and a latitude from -90 to 90";
    let cases = [
        ("at.coordinates", place, db.create(city().at(Point::new(181.0, 0.0))).await.unwrap_err()),
        ("at.coordinates", place, db.create(city().at(Point::new(0.0, f64::NAN))).await.unwrap_err()),
        ("road.coordinates[1]", place, db.create(city().road(LineString(vec![ROME, Point::new(0.0, -90.5)]))).await.unwrap_err()),
        ("road.coordinates", "a line of at least two points", db.create(city().road(LineString(vec![ROME]))).await.unwrap_err()),
        ("area.coordinates", "at least one ring", db.create(city().area(Polygon { rings: vec![] })).await.unwrap_err()),
        (
            "area.coordinates[1]",
            "a ring of at least four points, of which the last is the first",
            db.create(city().area(Polygon { rings: vec![triangle(), open] })).await.unwrap_err(),
        ),
        ("at", place, db.update(City::id.eq(1)).set(City::at, Point::new(0.0, 91.0)).await.unwrap_err()),
        ("at", place, db.find_many(City::at.eq(Point::new(0.0, 91.0))).await.unwrap_err()),
    ];
    for (path, rule, error) in cases {
        let Error::Invalid { broken, .. } = &error else { panic!("{error:?}") };
        let broken: Vec<(&str, &str)> = broken.iter().map(|broken| (broken.path.as_str(), broken.rule.as_str())).collect();
        assert_eq!(broken, [(path, rule)]);
    }
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn geometries_of_others_are_read_where_nothing_is_lost() {
    let fixture = Fixture::new(|builder| builder.model::<City>()).await;
    // Whole numbers, another order, and fields that GeoJSON allows.
    let at = doc! { "coordinates": [12, 42_i64], "bbox": [0, 0], "type": "Point" };
    fixture.store("cities", doc! { "_id": 1_i64, "at": at }).await;
    assert_eq!(fixture.db.get(City::id.eq(1)).await.unwrap().at, Point::new(12.0, 42.0));
    assert_eq!(fixture.db.count(City::at.eq(Point::new(12.0, 42.0))).await.unwrap(), 1);
    let cases = [
        (geo("LineString", positions(&[ROME, OSLO])), "at.type", "the GeoJSON type `Point`", "another String"),
        (doc! { "type": "Point" }.into(), "at.coordinates", "a value", "nothing"),
        (doc! { "coordinates": [1, 2] }.into(), "at.type", "a value", "nothing"),
        (numbers(&[1, 2]), "at", "Document", "Array"),
        (
            geo("Point", numbers(&[1, 2, 3])),
            "at.coordinates",
            "an Array of a longitude and a latitude",
            "an Array of a longitude, a latitude and an altitude",
        ),
    ];
    for (id, (at, path, expected, found)) in (2_i64..).zip(cases) {
        fixture.store("cities", doc! { "_id": id, "at": at }).await;
        let error = fixture.db.get(City::id.eq(id)).await.unwrap_err();
        let Error::Decode { error, .. } = &error else { panic!("{error:?}") };
        assert_eq!((error.path(), error.expected(), error.found()), (path, expected, found));
    }
}

#[test]
fn it_is_geo_json_in_json_too() {
    let text = r#"{"type":"LineString","coordinates":[[12.5,41.9],[10.75,59.91]]}"#;
    let line = LineString(vec![ROME, OSLO]);
    assert_eq!(serde_json::to_string(&line).unwrap(), text);
    assert_eq!(serde_json::from_str::<LineString>(text).unwrap(), line);
    assert!(serde_json::from_str::<Point>(text).is_err());
}
