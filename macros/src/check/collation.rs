//! Rules of collations: the locales that the server has, and the settings that it takes together.

use crate::{ctxt::Ctxt, ir::CollationIr, suggest::suggest};

/// All locales of the servers from 6.0 to 8.0, which have the same version of ICU, 57.1.
const LOCALES: &str = "af am ar as az be bg bn bo bs bs_Cyrl ca chr cs cy da de de_AT dsb dz ee el en en_US en_US_POSIX eo es et fa fa_AF fi \
    fil fo fr fr_CA ga gl gu ha haw he hi hr hsb hu hy id ig is it ja ka kk kl km kn ko kok ky lkt ln lo lt lv mk ml mn mr \
    ms mt my nb ne nl nn om or pa pl ps pt ro ru se si sk sl smn sq sr sr_Latn sv sw ta te th to tr ug uk ur uz vi wae yi yo \
    zh zh_Hant zu";

/// Where capital letters come first unless a setting says otherwise.
const CAPITALS_FIRST: &[&str] = &["da", "mt"];

/// Where accents are compared from the end unless a setting says otherwise.
const BACKWARDS: &[&str] = &["fr_CA"];

pub(super) fn check_collation(collation: &CollationIr, errors: &Ctxt) {
    let locale = &collation.locale;
    let base = locale.text.split('@').next().unwrap_or_default();
    if base == "simple" {
        // By the bytes, as every index is that does not say otherwise.
        return errors.error_at(locale.span, "`simple` is no collation: remove it, and texts are compared by their bytes");
    }
    let known = || LOCALES.split(' ');
    if !known().any(|known| known == base) {
        let language = base.split(['_', '-']).next().unwrap_or_default();
        let near = known().find(|known| *known == language).or_else(|| suggest(base, known()));
        let hint = near.map_or_else(|| String::from("it has languages such as `de` and `fr_CA`"), |near| format!("did you mean `{near}`?"));
        errors.error_at(locale.span, format!("the server has no locale `{base}`; {hint}"));
    }
    let Some(strength) = collation.strength.as_ref().filter(|strength| strength.value < 3) else { return };
    let flag = |name: &str| collation.flags.iter().find(|(word, _)| *word == name).map(|(_, flag)| flag.value);
    let case_first = collation.words.iter().find(|(word, _)| *word == "case_first").map(|(_, value)| value.text.as_str());
    // There would be no letters of two cases to tell apart.
    if case_first.map_or(CAPITALS_FIRST.contains(&base), |first| first != "off") && flag("case_level") != Some(true) {
        let cure = "add `case_level`, or `case_first = \"off\"`, or a strength of 3";
        errors.error_at(strength.span, format!("with a strength of {} no case comes first: {cure}", strength.value));
    }
    // Nor accents.
    if strength.value == 1 && flag("backwards").unwrap_or(BACKWARDS.contains(&base)) {
        errors.error_at(strength.span, "with a strength of 1 no accents are compared, and none backwards: write `backwards = false`");
    }
}
