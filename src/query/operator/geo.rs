//! The operators of places on the earth.

use crate::{
    codec::{Encode, EncodeError, to_bson},
    model::{LineString, Point, Polygon},
    query::{
        Filter, Path, Whole,
        expr::{Expr, GeoTest, Test},
    },
};

/// A place on the earth.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no place on the earth",
    label = "`near`, `within` and `intersects` need a `Point`, a `LineString` or a `Polygon` of `chakra::model`"
)]
pub trait Geo {}
impl Geo for Point {}
impl Geo for LineString {}
impl Geo for Polygon {}
impl<T: Geo> Geo for Option<T> {}

/// What another place is asked to share a point with.
#[diagnostic::on_unimplemented(message = "`{Self}` is no place on the earth", label = "expected a `Point`, a `LineString` or a `Polygon`")]
pub trait Geometry: Encode {}
impl Geometry for Point {}
impl Geometry for LineString {}
impl Geometry for Polygon {}

impl<R, T, K> Path<R, T, K> {
    /// Within `meters` of `center`, along the earth's surface, a sphere of 6,378,100 m radius; false of `None`.
    ///
    /// A `2dsphere` index serves it; without one the server looks through the collection. Nothing is said of the order.
    pub fn near(&self, center: Point, meters: f64) -> Filter<R>
    where
        T: Geo,
        K: Whole,
    {
        if !(meters.is_finite() && meters >= 0.0) {
            return Filter::new(Expr::Fault(self.stored().to_owned(), EncodeError::of("a distance in meters, from 0 up")));
        }
        self.test_geo(&center, |_| GeoTest::Near { longitude: center.longitude, latitude: center.latitude, meters })
    }

    /// Inside of `area`; false of `None`. A `2dsphere` index serves it.
    pub fn within(&self, area: Polygon) -> Filter<R>
    where
        T: Geo,
        K: Whole,
    {
        self.test_geo(&area, GeoTest::Within)
    }

    /// Sharing a point with `place`; false of `None`. A `2dsphere` index serves it.
    pub fn intersects(&self, place: impl Geometry) -> Filter<R>
    where
        T: Geo,
        K: Whole,
    {
        self.test_geo(&place, GeoTest::Intersects)
    }

    fn test_geo(&self, place: &impl Encode, test: impl FnOnce(bson::Bson) -> GeoTest) -> Filter<R> {
        match to_bson(place) {
            Ok(value) => self.test(Test::Geo(test(value))),
            Err(error) => Filter::new(Expr::Fault(self.stored().to_owned(), error)),
        }
    }
}
