//! Pages made to keep a parser busy. The rules by which HTML mends itself take a time that grows with the square of the
//! nesting, and open formatting (`<b>`) is repeated in every paragraph that follows; so both are bounded before parsing.

use super::super::FormatError;

/// Most tags of a page, opening and closing.
pub(super) const MOST_TAGS: usize = 400_000;
/// Deepest nesting of elements. Browsers stop at 512.
pub(super) const DEEPEST: usize = 600;
/// Most repetitions of open formatting over all tags.
const MOST_REPETITIONS: usize = 4_000_000;

/// Elements without an end, and those that end when the next of their kind begins.
const UNNESTED: &[&str] = &[
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "optgroup",
    "option", "p", "param", "source", "td", "tbody", "tfoot", "th", "thead", "tr", "track", "wbr", "html",
    "head", "body",
];
/// Elements that are opened again in the next paragraph.
const FORMATTING: &[&str] =
    &["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// Elements whose content is no markup.
const RAW: &[&str] = &["script", "style", "textarea", "title", "xmp", "noembed", "noframes"];

/// Refuses a page over a limit, in one walk over its tags.
pub(super) fn check(html: &str) -> Result<(), FormatError> {
    let (mut tags, mut repetitions) = (0usize, 0usize);
    // What is open, by kind alone: which end belongs to which start is the parser's business.
    let (mut open, mut formatting) = (0usize, 0usize);
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once('<') {
        rest = tag;
        let is_end = tag.starts_with('/');
        let body = tag.trim_start_matches('/');
        let name = body.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        tags += 1;
        let name = name.to_ascii_lowercase();
        let is = |names: &[&str]| names.contains(&name.as_str());
        if is(FORMATTING) {
            formatting = if is_end { formatting.saturating_sub(1) } else { formatting + 1 };
        } else if !is(UNNESTED) {
            let attributes = body.split('>').next().unwrap_or_default();
            // Elements of drawings end like this; of pages, they do not.
            let closed = attributes.ends_with('/') && !is(&["div", "span", "section", "article"]);
            open = if is_end { open.saturating_sub(1) } else { open + usize::from(!closed) };
        }
        repetitions += formatting;
        if tags > MOST_TAGS {
            return Err(too_much(&format!("more than {MOST_TAGS} tags")));
        }
        if open + formatting > DEEPEST || repetitions > MOST_REPETITIONS {
            return Err(too_much(&format!("elements nested deeper than {DEEPEST}, or as many left open")));
        }
        if is(RAW) && !is_end {
            let end = format!("</{name}");
            let bytes = rest.as_bytes();
            let at = bytes.windows(end.len()).position(|window| window.eq_ignore_ascii_case(end.as_bytes()));
            rest = at.and_then(|at| rest.get(at..)).unwrap_or_default();
        }
    }
    Ok(())
}

fn too_much(what: &str) -> FormatError {
    FormatError::new(format!("the page has {what}; nothing was imported: save its text alone"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn honest_pages_pass_and_bombs_do_not() {
        let many = "<li><a href=x>y</a><p>z<br><img src=x/>".repeat(40_000);
        let script = format!("<script>{}</script>", "a<b ".repeat(10_000));
        let drawing = format!("<svg>{}</svg>", "<path d=x /><g/>".repeat(10_000));
        for page in ["", "a < b", "<", &many, &script, &drawing, &"<div><p>x</div>".repeat(60_000)] {
            assert!(check(page).is_ok(), "{:.60}", page);
        }
        let open = (0..300).map(|nth| format!("<b id=x{nth}>")).collect::<String>() + &"<p>x".repeat(20_000);
        let deep = "<div>".repeat(DEEPEST + 1);
        let tables = "<table><tr><td>".repeat(DEEPEST + 1);
        for page in [
            open,
            deep,
            tables,
            "<div/>".repeat(1_000),
            "<i>x</i>".repeat(MOST_TAGS),
            "</x>".repeat(MOST_TAGS + 1),
        ] {
            assert!(check(&page).is_err(), "{page:.60}");
        }
    }
}
