//! A declared collection as the server describes it.

use crate::schema::{CollectionKind, TimeSeries};
use bson::{Bson, Document, doc};

/// The server rounds the size of a capped collection up to a multiple of this.
const BLOCK: i64 = 256;

/// The options of the collection as `create` takes them.
pub(crate) fn render_storage(storage: &CollectionKind) -> Document {
    match *storage {
        CollectionKind::Plain => Document::new(),
        CollectionKind::Capped { size, max } => {
            let mut options = doc! { "capped": true, "size": size.saturating_add(BLOCK - 1) / BLOCK * BLOCK };
            options.extend(max.map(|max| ("max".to_owned(), Bson::Int32(max))));
            options
        }
        CollectionKind::Clustered => doc! { "clusteredIndex": { "key": { "_id": 1 }, "unique": true } },
        CollectionKind::TimeSeries(TimeSeries { time, meta, granularity, expire_after, .. }) => {
            let mut series = doc! { "timeField": time };
            series.extend(meta.map(|meta| ("metaField".to_owned(), Bson::from(meta))));
            series.insert("granularity", granularity.name());
            let mut options = doc! { "timeseries": series };
            options.extend(expire_after.map(|seconds| ("expireAfterSeconds".to_owned(), Bson::Int32(seconds))));
            options
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Granularity;

    #[test]
    fn options_are_as_the_server_lists_them() {
        assert_eq!(render_storage(&CollectionKind::Plain), doc! {});
        let capped = |size| render_storage(&CollectionKind::Capped { size, max: None });
        assert_eq!([capped(1), capped(256), capped(257)].map(|options| options.get_i64("size").ok()), [Some(256), Some(256), Some(512)]);
        let granularity = Granularity::Minutes;
        let series = TimeSeries { time: "at", meta: Some("m"), granularity, expire_after: Some(60), allows_orphans: true };
        let expected = doc! { "timeseries": { "timeField": "at", "metaField": "m", "granularity": "minutes" }, "expireAfterSeconds": 60 };
        assert_eq!(render_storage(&CollectionKind::TimeSeries(series)), expected);
    }
}
