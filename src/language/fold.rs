//! Folding: what a search takes for the same. It is for comparing only; texts are never normalised.
//!
//! A [`Folded`] text remembers where each of its letters comes from, so that what is found in it can be shown in the
//! original.

use super::text_range;
use crate::model::TextRange;
use std::ops::Range;

/// Which differences do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the screen")]
pub struct Folding {
    /// Harakat and other combining marks, also Latin accents.
    pub marks: bool,
    /// Tatweel, and invisible characters.
    pub tatweel: bool,
    /// أ إ آ ٱ as ا, ؤ as و, ئ as ي.
    pub hamza: bool,
    /// ى and the Persian ی as ي, the Persian ک as ك.
    pub yeh: bool,
    /// ة as ه.
    pub teh: bool,
    /// ٠-٩ and ۰-۹ as 0-9.
    pub digits: bool,
    /// Letters in their presentation forms, ligatures taken apart.
    pub forms: bool,
    /// Upper and lower case.
    pub case: bool,
}

impl Folding {
    /// Every difference is ignored.
    pub const ALL: Self = Self {
        marks: true,
        tatweel: true,
        hamza: true,
        yeh: true,
        teh: true,
        digits: true,
        forms: true,
        case: true,
    };

    /// Every difference counts.
    pub const NONE: Self = Self {
        marks: false,
        tatweel: false,
        hamza: false,
        yeh: false,
        teh: false,
        digits: false,
        forms: false,
        case: false,
    };

    /// A folded text that can be traced back.
    pub fn fold(self, text: &str) -> Folded {
        let mut folded =
            Folded { text: String::with_capacity(text.len()), letters: Vec::new(), source: text.len() };
        for (at, char) in text.char_indices() {
            let before = folded.text.len();
            self.push(char, &mut folded.text);
            if folded.text.len() > before {
                folded.letters.push((before, at));
            }
        }
        folded
    }

    /// A folded text alone.
    pub fn text(self, text: &str) -> String {
        let mut folded = String::with_capacity(text.len());
        text.chars().for_each(|char| self.push(char, &mut folded));
        folded
    }

    fn push(self, char: char, out: &mut String) {
        if char.is_ascii() {
            out.push(if self.case { char.to_ascii_lowercase() } else { char });
            return;
        }
        if (self.marks && is_mark(char)) || (self.tatweel && is_filler(char)) {
            return;
        }
        match presentation(char).filter(|_| self.forms) {
            Some(letters) => letters.chars().for_each(|letter| self.push_letter(letter, out)),
            None => self.push_letter(char, out),
        }
    }

    fn push_letter(self, char: char, out: &mut String) {
        let folded = match char {
            'أ' | 'إ' | 'آ' | 'ٱ' if self.hamza => 'ا',
            'ؤ' if self.hamza => 'و',
            'ئ' if self.hamza => 'ي',
            'ى' | 'ی' if self.yeh => 'ي',
            'ک' if self.yeh => 'ك',
            'ة' if self.teh => 'ه',
            '٠'..='٩' if self.digits => digit(char, '٠'),
            '۰'..='۹' if self.digits => digit(char, '۰'),
            other => other,
        };
        match latin(folded).filter(|_| self.marks) {
            // The table holds lower case; where case counts, so does that of the letter under the accent.
            Some(base) if !self.case && folded.is_uppercase() => out.push_str(&base.to_uppercase()),
            Some(base) => out.push_str(base),
            None if self.case => out.extend(folded.to_lowercase()),
            None => out.push(folded),
        }
    }
}

impl Default for Folding {
    fn default() -> Self {
        Self::ALL
    }
}

/// A folded text and where its letters come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    text: String,
    /// For each letter of the source that left something: where that begins here, and where the letter is there.
    letters: Vec<(usize, usize)>,
    source: usize,
}

impl Folded {
    /// The folded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The range of the source that a range of the folded text comes from, with the marks of its last letter.
    pub fn source(&self, range: Range<usize>) -> TextRange {
        let first = self.letters.partition_point(|(folded, _)| *folded <= range.start).saturating_sub(1);
        let after = self.letters.partition_point(|(folded, _)| *folded < range.end);
        let place = |nth: usize| self.letters.get(nth).map_or(self.source, |(_, source)| *source);
        let start = place(first);
        text_range(start..if range.is_empty() { start } else { place(after) })
    }

    /// Where a folded needle stands in the source, without overlaps.
    pub fn find<'a>(&'a self, needle: &'a str) -> impl Iterator<Item = TextRange> + 'a {
        self.text
            .match_indices(needle)
            .filter(|(_, found)| !found.is_empty())
            .map(|(at, found)| self.source(at..at + found.len()))
    }
}

/// Whether a text holds a query, all differences aside. Every word of the query must be there, in any order: the
/// filter box of a list.
pub fn matches(text: &str, query: &str) -> bool {
    let text = Folding::ALL.text(text);
    Folding::ALL.text(query).split_whitespace().all(|word| text.contains(word))
}

/// Harakat, Quranic signs and the hamza and madda that stand over a letter.
pub fn is_arabic_mark(char: char) -> bool {
    matches!(char, '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}'
        | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{8d3}'..='\u{8e1}' | '\u{8e3}'..='\u{8ff}')
}

/// Arabic marks and the combining accents of Latin.
pub fn is_mark(char: char) -> bool {
    is_arabic_mark(char) || matches!(char, '\u{300}'..='\u{36f}' | '\u{fe20}'..='\u{fe2f}')
}

fn is_filler(char: char) -> bool {
    char == '\u{640}' || super::invisible::name(char).is_some()
}

fn digit(char: char, zero: char) -> char {
    char::from_digit(u32::from(char).wrapping_sub(u32::from(zero)), 10).unwrap_or(char)
}

/// The letters of the presentation forms FE80 to FEF4, each with its number of forms.
const FORMS: &[(&str, u32)] = &[
    ("ء", 1),
    ("آ", 2),
    ("أ", 2),
    ("ؤ", 2),
    ("إ", 2),
    ("ئ", 4),
    ("ا", 2),
    ("ب", 4),
    ("ة", 2),
    ("ت", 4),
    ("ث", 4),
    ("ج", 4),
    ("ح", 4),
    ("خ", 4),
    ("د", 2),
    ("ذ", 2),
    ("ر", 2),
    ("ز", 2),
    ("س", 4),
    ("ش", 4),
    ("ص", 4),
    ("ض", 4),
    ("ط", 4),
    ("ظ", 4),
    ("ع", 4),
    ("غ", 4),
    ("ف", 4),
    ("ق", 4),
    ("ك", 4),
    ("ل", 4),
    ("م", 4),
    ("ن", 4),
    ("ه", 4),
    ("و", 2),
    ("ى", 2),
    ("ي", 4),
];

/// The letters a presentation form stands for.
fn presentation(char: char) -> Option<&'static str> {
    Some(match char {
        '\u{fb50}'..='\u{fb51}' => "ٱ",
        '\u{fb56}'..='\u{fb59}' => "پ",
        '\u{fb7a}'..='\u{fb7d}' => "چ",
        '\u{fb8a}'..='\u{fb8b}' => "ژ",
        '\u{fb8e}'..='\u{fb91}' => "ک",
        '\u{fb92}'..='\u{fb95}' => "گ",
        '\u{fbfc}'..='\u{fbff}' => "ی",
        '\u{fdf2}' => "الله",
        '\u{fdfa}' => "صلى الله عليه وسلم",
        '\u{fdfc}' => "ریال",
        '\u{fef5}'..='\u{fef6}' => "لآ",
        '\u{fef7}'..='\u{fef8}' => "لأ",
        '\u{fef9}'..='\u{fefa}' => "لإ",
        '\u{fefb}'..='\u{fefc}' => "لا",
        '\u{fe80}'..='\u{fef4}' => {
            let mut nth = u32::from(char) - 0xfe80;
            return FORMS.iter().find_map(|(letter, forms)| match nth.checked_sub(*forms) {
                Some(rest) => {
                    nth = rest;
                    None
                }
                None => Some(*letter),
            });
        }
        _ => return None,
    })
}

/// The plain letter under the accent of a Latin letter of Western and Central Europe, in lower case.
fn latin(char: char) -> Option<&'static str> {
    Some(match char {
        '\0'..='\u{bf}' | '\u{180}'.. => return None,
        'à'..='å' | 'À'..='Å' | 'ā' | 'Ā' | 'ă' | 'Ă' | 'ą' | 'Ą' => "a",
        'æ' | 'Æ' => "ae",
        'ç' | 'Ç' | 'ć'..='č' | 'Ć' => "c",
        'ď' | 'Ď' | 'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'è'..='ë' | 'È'..='Ë' | 'Ē'..='ě' => "e",
        'Ĝ'..='ģ' => "g",
        'Ĥ'..='ħ' => "h",
        'ì'..='ï' | 'Ì'..='Ï' | 'Ĩ'..='ı' => "i",
        'Ĵ' | 'ĵ' => "j",
        'Ķ'..='ĸ' => "k",
        'Ĺ'..='ł' => "l",
        'ñ' | 'Ñ' | 'Ń'..='ŋ' => "n",
        'ò'..='ö' | 'ø' | 'Ò'..='Ö' | 'Ø' | 'Ō'..='ő' => "o",
        'œ' | 'Œ' => "oe",
        'Ŕ'..='ř' => "r",
        'Ś'..='š' => "s",
        'ß' => "ss",
        'Ţ'..='ŧ' => "t",
        'ù'..='ü' | 'Ù'..='Ü' | 'Ũ'..='ų' => "u",
        'Ŵ' | 'ŵ' => "w",
        'ý' | 'ÿ' | 'Ý' | 'Ŷ'..='Ÿ' => "y",
        'Ź'..='ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::slice;

    #[test]
    fn each_difference_can_be_switched_off() {
        let none = Folding::NONE;
        for (folding, text, expected) in [
            (Folding { marks: true, ..none }, "مُحَمَّدٌ e\u{301}É", "محمد eE"),
            (Folding { tatweel: true, ..none }, "قـــال\u{200f} مع\u{200c}ه", "قال معه"),
            (Folding { hamza: true, ..none }, "أإآٱؤئء", "ااااويء"),
            (Folding { yeh: true, ..none }, "على علی کرد", "علي علي كرد"),
            (Folding { teh: true, ..none }, "القاهرة", "القاهره"),
            (Folding { digits: true, ..none }, "٢٠٢٦ ۱۴", "2026 14"),
            (Folding { forms: true, ..none }, "ﻋﺮﺍﻕ ﻻ ﷲ ﺀﻴ", "عراق لا الله ءي"),
            (Folding { case: true, ..none }, "NATO Éluard أ", "nato éluard أ"),
            (none, "مُ أة٢É", "مُ أة٢É"),
            (Folding::ALL, "ﻷُمـم Straße ÉCOLE", "لامم strasse ecole"),
        ] {
            assert_eq!(folding.text(text), expected, "{text}");
            assert_eq!(folding.fold(text).text(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_found_is_shown_with_its_marks() {
        let text = "😀 قال مُحَمَّدٌ لِلأُمَمِ ﻻ ﷲ";
        let folded = Folding::ALL.fold(text);
        let found =
            |needle: &str| -> Vec<&str> { folded.find(needle).map(|range| slice(text, range)).collect() };
        assert_eq!(found("محمد"), ["مُحَمَّدٌ"]);
        assert_eq!(found("لامم"), ["لأُمَمِ"]);
        assert_eq!(found("قال"), ["قال"]);
        assert_eq!(found("الله"), ["ﷲ"]);
        assert_eq!(found("لله"), ["ﷲ"], "a part of a ligature is shown as the ligature");
        assert_eq!(found(""), Vec::<&str>::new());
        assert!(found("xyz").is_empty());
    }

    #[test]
    fn a_filter_finds_every_word_in_any_order() {
        let title = "العراق يُعلن اكتمالَ انسحاب التحالف الدولي";
        assert!(matches(title, "انسحاب العراق"));
        assert!(matches(title, "  يعلن "));
        assert!(matches(title, ""));
        assert!(!matches(title, "العراق سوريا"));
    }
}
