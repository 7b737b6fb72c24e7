//! GeoJSON: [`Point`], [`LineString`] and [`Polygon`], as the server's geographic indexes know them.
//!
//! In BSON and in JSON alike they are `{"type": "Point", "coordinates": [longitude, latitude]}` and so on. What a `2dsphere` index would
//! refuse is refused before anything is sent.

use super::{Composite, FieldType, Root, Unwound};
use crate::{
    codec::{Decode, DecodeError, Encode, EncodeDocument, Name, Raw, StructReader, Writer},
    schema::{Absent, Field, Kind, Shape},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::borrow::Cow;

/// A place on the earth, in degrees: GeoJSON's `Point`.
///
/// ```
/// use chakra::model::Point;
///
/// let rome = Point::new(12.5, 41.9);
/// assert_eq!(serde_json::to_string(&rome)?, r#"{"type":"Point","coordinates":[12.5,41.9]}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Degrees east, from -180 to 180.
    pub longitude: f64,
    /// Degrees north, from -90 to 90.
    pub latitude: f64,
}

impl Point {
    /// The place with these degrees. As GeoJSON has it, the longitude comes first.
    #[must_use]
    pub const fn new(longitude: f64, latitude: f64) -> Self {
        Self { longitude, latitude }
    }
}

/// A line through at least two places: GeoJSON's `LineString`.
#[derive(Clone, Debug, PartialEq)]
pub struct LineString(pub Vec<Point>);

/// An area: GeoJSON's `Polygon`.
#[derive(Clone, Debug, PartialEq)]
pub struct Polygon {
    /// The border, and then the borders of holes in the area. Each has at least four places, of which the last is the first again.
    pub rings: Vec<Vec<Point>>,
}

/// `[longitude, latitude]`.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Position([f64; 2]);

/// The coordinates of a line.
#[derive(Serialize, Deserialize)]
struct Line(Vec<Position>);

/// The coordinates of a border.
#[derive(Serialize, Deserialize)]
struct Ring(Vec<Position>);

/// The coordinates of an area.
#[derive(Serialize, Deserialize)]
struct Rings(Vec<Ring>);

impl From<&Point> for Position {
    fn from(point: &Point) -> Self {
        Self([point.longitude, point.latitude])
    }
}
impl From<Position> for Point {
    fn from(Position([longitude, latitude]): Position) -> Self {
        Self { longitude, latitude }
    }
}
impl From<&LineString> for Line {
    fn from(LineString(points): &LineString) -> Self {
        Self(points.iter().map(Position::from).collect())
    }
}
impl From<Line> for LineString {
    fn from(Line(positions): Line) -> Self {
        Self(positions.into_iter().map(Point::from).collect())
    }
}
impl From<&Polygon> for Rings {
    fn from(polygon: &Polygon) -> Self {
        Self(polygon.rings.iter().map(|ring| Ring(ring.iter().map(Position::from).collect())).collect())
    }
}
impl From<Rings> for Polygon {
    fn from(Rings(rings): Rings) -> Self {
        Self { rings: rings.into_iter().map(|Ring(positions)| positions.into_iter().map(Point::from).collect()).collect() }
    }
}

impl Encode for Position {
    fn encode(&self, w: &mut Writer) {
        let [longitude, latitude] = self.0;
        // NaN is in no range.
        if !(-180.0..=180.0).contains(&longitude) || !(-90.0..=90.0).contains(&latitude) {
            w.fail("a longitude from -180 to 180 and a latitude from -90 to 90");
        }
        self.0.encode(w);
    }
}

impl Encode for Line {
    fn encode(&self, w: &mut Writer) {
        if self.0.len() < 2 {
            w.fail("a line of at least two points");
        }
        self.0.encode(w);
    }
}

impl Encode for Ring {
    fn encode(&self, w: &mut Writer) {
        let closed = self.0.first().map(|first| first.0) == self.0.last().map(|last| last.0);
        if self.0.len() < 4 || !closed {
            w.fail("a ring of at least four points, of which the last is the first");
        }
        self.0.encode(w);
    }
}

impl Encode for Rings {
    fn encode(&self, w: &mut Writer) {
        if self.0.is_empty() {
            w.fail("at least one ring");
        }
        self.0.encode(w);
    }
}

impl<'a> Decode<'a> for Position {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        let found = match Vec::<f64>::decode(raw)?.as_slice() {
            [longitude, latitude] => return Ok(Self([*longitude, *latitude])),
            [_, _, _] => "an Array of a longitude, a latitude and an altitude",
            _ => "an Array of another length",
        };
        Err(DecodeError::new("an Array of a longitude and a latitude", found))
    }
}

macro_rules! lists {
    ($($list:ident)*) => { $(
        impl<'a> Decode<'a> for $list {
            fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
                Vec::decode(raw).map(Self)
            }
        }
    )* };
}
lists!(Line Ring Rings);

const NUMBER: Kind = <f64 as FieldType>::KIND;
const POSITION: Kind = Kind::Array(&NUMBER);
const POSITIONS: Kind = Kind::Array(&POSITION);
const RINGS: Kind = Kind::Array(&POSITIONS);

const NAMES: &[Name] = &[Name::new("type"), Name::new("coordinates")];

macro_rules! geometries {
    ($($rust:ident: $coordinates:ty, $kind:expr;)*) => { $(
        impl Root for $rust {
            type Unwound = Unwound<Self>;
        }

        impl Composite for $rust {
            const SHAPE: &'static Shape = &Shape {
                name: stringify!($rust),
                fields: &[
                    Field::new("type", "type", Kind::String, Absent::Never),
                    Field::new("coordinates", "coordinates", $kind, Absent::Never),
                ],
                tag: None,
                closed: false,
            };
        }

        impl FieldType for $rust {
            type Present = Self;
            type Optional = Option<Self>;
            const KIND: Kind = Kind::Composite(|| <Self as Composite>::SHAPE);
            const ABSENT: Absent = Absent::Never;
        }

        impl EncodeDocument for $rust {
            fn encode_fields(&self, w: &mut Writer) {
                w.field("type", stringify!($rust));
                w.field("coordinates", &<$coordinates>::from(self));
            }
        }

        impl Encode for $rust {
            fn encode(&self, w: &mut Writer) {
                w.document(|w| self.encode_fields(w));
            }
        }

        impl<'a> Decode<'a> for $rust {
            fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
                decode_coordinates::<$coordinates>(raw, stringify!($rust)).map(Self::from)
            }
        }

        impl Serialize for $rust {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                GeoJson { kind: Cow::Borrowed(stringify!($rust)), coordinates: <$coordinates>::from(self) }.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $rust {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let found = GeoJson::<$coordinates>::deserialize(deserializer)?;
                if found.kind == stringify!($rust) {
                    Ok(found.coordinates.into())
                } else {
                    Err(D::Error::custom(concat!("expected the GeoJSON type `", stringify!($rust), "`")))
                }
            }
        }
    )* };
}
geometries! {
    Point: Position, POSITION;
    LineString: Line, POSITIONS;
    Polygon: Rings, RINGS;
}

/// A geometry as JSON has it.
#[derive(Serialize, Deserialize)]
struct GeoJson<C> {
    #[serde(rename = "type")]
    kind: Cow<'static, str>,
    coordinates: C,
}

/// The coordinates of a geometry of this type. Altitudes are refused rather than lost.
fn decode_coordinates<'a, C: Decode<'a>>(raw: &Raw<'a>, kind: &'static str) -> Result<C, DecodeError> {
    let mut reader = StructReader::new(raw, NAMES)?;
    let (mut found, mut coordinates) = (None::<&str>, None);
    while let Some(index) = reader.next()? {
        if index == 0 {
            reader.put(&mut found)?;
            // At once: the coordinates of another type are no coordinates of this one.
            if let Some(other) = found.filter(|found| *found != kind) {
                return Err(DecodeError::new(format!("the GeoJSON type `{kind}`"), "another String").with_detail(other).at("type"));
            }
        } else {
            reader.put(&mut coordinates)?;
        }
    }
    reader.settle(&mut found, 0);
    reader.settle(&mut coordinates, 1);
    match (found, coordinates) {
        (Some(_), Some(coordinates)) => Ok(coordinates),
        _ => Err(reader.missing()),
    }
}
