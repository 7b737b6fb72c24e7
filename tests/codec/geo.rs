//! GeoJSON types: their documents, their JSON, and what the server would not take.

use super::{
    decode,
    types::{refused, stored},
};
use bson::{Bson, doc};
use chakra::{
    codec::{Encode, to_bson},
    model::{Composite, FieldType, LineString, Point, Polygon},
    schema::Kind,
};

fn square() -> Polygon {
    let ring = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 0.0)];
    Polygon { rings: vec![ring.map(|(longitude, latitude)| Point::new(longitude, latitude)).to_vec()] }
}

#[test]
fn each_is_the_document_that_geojson_says() {
    stored(Point::new(12.5, -41.9), doc! { "type": "Point", "coordinates": [12.5, -41.9] }, []);
    let line = LineString(vec![Point::new(0.0, 1.0), Point::new(2.0, 3.0)]);
    stored(line, doc! { "type": "LineString", "coordinates": [[0.0, 1.0], [2.0, 3.0]] }, []);
    let area = doc! { "type": "Polygon", "coordinates": [[[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 0.0]]] };
    stored(square(), area, []);
    stored(Some(Point::new(0.0, 0.0)), doc! { "type": "Point", "coordinates": [0.0, 0.0] }, []);
}

#[test]
fn numbers_are_read_as_everywhere_and_the_order_is_free() {
    let mixed = doc! { "coordinates": [1_i32, 2_i64], "bbox": [], "type": "Point" };
    assert_eq!(decode::<Point>(mixed), Ok(Point::new(1.0, 2.0)));
    let line = doc! { "type": "LineString", "coordinates": [[1, 2], [3, 4]] };
    assert_eq!(decode::<LineString>(line), Ok(LineString(vec![Point::new(1.0, 2.0), Point::new(3.0, 4.0)])));
}

#[test]
fn what_is_no_such_geometry_is_refused() {
    let point = |coordinates: Vec<f64>| doc! { "type": "Point", "coordinates": coordinates };
    let position = "an Array of a longitude and a latitude";
    refused::<Point>(point(vec![1.0, 2.0, 3.0]), position, "an Array of a longitude, a latitude and an altitude");
    refused::<Point>(point(vec![1.0]), position, "an Array of another length");
    refused::<Point>(doc! { "type": "LineString", "coordinates": [[1, 2], [3, 4]] }, "the GeoJSON type `Point`", "another String");
    refused::<LineString>(point(vec![1.0, 2.0]), "the GeoJSON type `LineString`", "another String");
    refused::<Point>(doc! { "coordinates": [1, 2] }, "a value", "nothing");
    refused::<Point>(vec![1, 2], "Document", "Array");

    let error = decode::<LineString>(doc! { "type": "LineString", "coordinates": [[1, 2], [3, "x"]] }).unwrap_err();
    assert_eq!((error.path(), error.expected(), error.found()), ("coordinates[1][1]", "Double", "String"));
    let error = decode::<Point>(doc! { "type": "secret", "coordinates": [1, 2] }).unwrap_err();
    assert_eq!((error.path(), error.detail()), ("type", Some("secret")));
}

#[test]
fn what_the_server_would_refuse_is_not_sent() {
    #[track_caller]
    fn fails(value: &impl Encode, path: &str, rule: &str) {
        let error = to_bson(value).unwrap_err();
        assert_eq!((error.path(), error.rule()), (path, rule));
    }
    let bounds = "a longitude from -180 to 180 and a latitude from -90 to 90";
    for (longitude, latitude) in [(180.1, 0.0), (-180.1, 0.0), (0.0, 90.1), (0.0, -90.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
        fails(&Point::new(longitude, latitude), "coordinates", bounds);
    }
    assert!(to_bson(&Point::new(-180.0, 90.0)).is_ok());

    fails(&LineString(vec![Point::new(0.0, 0.0)]), "coordinates", "a line of at least two points");
    fails(&LineString(vec![Point::new(0.0, 0.0), Point::new(0.0, 91.0)]), "coordinates[1]", bounds);

    let ring = "a ring of at least four points, of which the last is the first";
    let mut open = square();
    open.rings[0].pop();
    open.rings[0].push(Point::new(1.0, 1.0));
    fails(&open, "coordinates[0]", ring);
    let mut short = square();
    short.rings[0].remove(1);
    fails(&vec![square(), short], "[1].coordinates[0]", ring);
    fails(&Polygon { rings: vec![] }, "coordinates", "at least one ring");
}

#[test]
fn json_is_geojson() {
    let json = r#"{"type":"Polygon","coordinates":[[[0.0,0.0],[4.0,0.0],[4.0,4.0],[0.0,0.0]]]}"#;
    assert_eq!(serde_json::to_string(&square()).unwrap(), json);
    assert_eq!(serde_json::from_str::<Polygon>(json).unwrap(), square());
    assert_eq!(serde_json::from_str::<Point>(r#"{"coordinates":[1,2],"type":"Point"}"#).unwrap(), Point::new(1.0, 2.0));
    let wrong = serde_json::from_str::<Point>(r#"{"type":"Polygon","coordinates":[1,2]}"#).unwrap_err();
    assert!(wrong.to_string().starts_with("expected the GeoJSON type `Point`"), "{wrong}");
    assert!(serde_json::from_str::<Point>(r#"{"type":"Point","coordinates":[1,2,3]}"#).is_err());
}

#[test]
fn each_is_a_composite_of_two_fields() {
    let Kind::Composite(shape) = Polygon::KIND else { panic!("a composite") };
    let stored: Vec<&str> = shape().fields.iter().map(|field| field.stored).collect();
    assert_eq!((shape().name, stored), ("Polygon", vec!["type", "coordinates"]));
    assert!(matches!(Point::SHAPE.fields[1].kind, Kind::Array(Kind::Double { .. })));
    assert!(matches!(Polygon::SHAPE.fields[1].kind, Kind::Array(Kind::Array(Kind::Array(Kind::Double { .. })))));
    assert!(matches!(to_bson(&square()).unwrap(), Bson::Document(_)));
}
