//! Names of files made from titles.

use crate::model::is_folder_safe;

use super::fold;

/// Longest name in bytes, so that a suffix and an extension still fit everywhere.
const LONGEST: usize = 80;

/// An id that can be the name of a file everywhere, from a title or a file name in any script. Letters and digits
/// stay, Latin ones in lower case; marks and tatweel go; anything else becomes one hyphen. Never empty.
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    for char in title.chars().filter(|c| !fold::is_mark(*c) && *c != '\u{640}') {
        if char.is_alphanumeric() {
            slug.extend(char.to_lowercase().filter(|c| c.is_alphanumeric()));
        } else if !slug.is_empty() && !slug.ends_with('-') && super::invisible::name(char).is_none() {
            slug.push('-');
        }
    }
    cut(&mut slug);
    // The names Windows keeps for itself come out as such, and a title may have no letter at all.
    if is_folder_safe(&slug) { slug } else { format!("article-{slug}").trim_end_matches('-').to_owned() }
}

/// Cuts a long slug, at a hyphen where there is one in its second half.
fn cut(slug: &mut String) {
    if slug.len() > LONGEST {
        slug.truncate(slug.floor_char_boundary(LONGEST));
        if let Some(hyphen) = slug.rfind('-').filter(|at| *at > LONGEST / 2) {
            slug.truncate(hyphen);
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
}

/// The id itself where it is free, or with the first free number from 2 on: `iraq`, `iraq-2`, `iraq-3`.
pub fn unique(id: &str, mut taken: impl FnMut(&str) -> bool) -> String {
    if !taken(id) {
        return id.to_owned();
    }
    (2u64..).map(|number| format!("{id}-{number}")).find(|id| !taken(id)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_names_of_files() {
        for (title, expected) in [
            ("Iraq: the Withdrawal!", "iraq-the-withdrawal"),
            ("العراق يُعلن اكتمـال انسحاب", "العراق-يعلن-اكتمال-انسحاب"),
            ("  2026-01-18  ", "2026-01-18"),
            ("a/../b\\c", "a-b-c"),
            ("nul", "article-nul"),
            ("…", "article"),
            ("", "article"),
            ("a\u{202e}b", "ab"),
            ("مقال ١", "مقال-١"),
        ] {
            let slug = slug(title);
            assert_eq!(slug, expected, "{title:?}");
            assert!(is_folder_safe(&slug), "{slug}");
        }
        let long = slug(&"كلمة طويلة ".repeat(40));
        assert!(long.len() <= LONGEST && is_folder_safe(&long) && long.ends_with("طويلة"), "{long}");
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let taken = ["iraq", "iraq-2"];
        assert_eq!(unique("iraq", |id| taken.contains(&id)), "iraq-3");
        assert_eq!(unique("x", |id| taken.contains(&id)), "x");
    }
}
