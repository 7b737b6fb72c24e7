//! What a collection is other than plain, as data.

use crate::{
    facts::plain,
    ir::{Granularity, ModelIr, StorageForm, TimeSeriesIr},
};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

pub(super) fn expand_storage(model: &ModelIr) -> TokenStream {
    let storage = match model.storage.first().map(|storage| &storage.form) {
        None => quote!(Plain),
        Some(StorageForm::Clustered) => quote!(Clustered),
        Some(StorageForm::Capped { size, max }) => {
            let (size, max) = (Literal::i64_unsuffixed(*size), expand_option(max.map(Literal::i32_unsuffixed)));
            quote!(Capped { size: #size, max: #max })
        }
        Some(StorageForm::TimeSeries(series)) => {
            let series = expand_series(model, series);
            quote!(TimeSeries(#series))
        }
    };
    quote!(__chakra::CollectionKind::#storage)
}

fn expand_series(model: &ModelIr, series: &TimeSeriesIr) -> TokenStream {
    let stored = |named: &Ident| model.body.field(&plain(named)).map_or_else(|| plain(named), |field| field.stored.text.clone());
    let (time, meta) = (stored(&series.time), expand_option(series.meta.as_ref().map(stored)));
    let granularity = match series.granularity {
        Granularity::Seconds => format_ident!("Seconds"),
        Granularity::Minutes => format_ident!("Minutes"),
        Granularity::Hours => format_ident!("Hours"),
    };
    let expire_after = expand_option(series.expire_after.map(Literal::i32_unsuffixed));
    let allows_orphans = series.orphans.is_some();
    quote! {
        __chakra::TimeSeries {
            time: #time,
            meta: #meta,
            granularity: __chakra::Granularity::#granularity,
            expire_after: #expire_after,
            allows_orphans: #allows_orphans,
        }
    }
}

fn expand_option(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
