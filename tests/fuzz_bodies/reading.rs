//! Files that people import, made of any bytes.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use hashiya::interchange::guard::{Archive, LARGEST_PART};
use hashiya::interchange::jsonl::{JsonlReader, JsonlWriter};
use hashiya::interchange::plan::Plan;
use hashiya::interchange::sink::Memory;
use hashiya::interchange::xml::{self, Step, XmlReader};
use hashiya::interchange::{Header, Item, OffsetUnit, Page, ReadOptions, Writer as _, decode, text as plain};
use hashiya::language::{fold::Folding, graphemes, invisible, paragraphs, sentences, slug, words};
use hashiya::model::{
    AnnotatorId, Article, Edit, Layer, LayerKey, Offsets, Project, TextRange, TextSize, quote_of,
};

/// A text file: in any encoding, and with all that the program asks of a text.
pub(super) fn text(bytes: &[u8]) {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let encodings =
        [None, Some("utf-8"), Some("utf-16"), Some("utf-16be"), Some("windows-1256"), Some("iso-8859-6")];
    let encoding = encodings[usize::from(*which) % encodings.len()];
    let Ok((item, decoded)) = plain::read("name", bytes, encoding) else { return };
    let text = decoded.text.as_str();
    assert!(!text.contains('\r') && !text.trim().is_empty() && !text.starts_with('\u{feff}'));
    let Item::Record(record) = item else { panic!("a text is an article") };
    assert_eq!(&*record.text, text);
    assert_eq!(slug::slug(record.info.id.as_str()), record.info.id.as_str(), "an id is a name of a file");
    // A text that is written out comes back.
    assert_eq!(decode::decode(text.as_bytes(), Some("utf-8")).unwrap().text, text);
    check_language(text);
}

fn check_language(text: &str) {
    let table = Offsets::new(text);
    for (scalar, (byte, _)) in (0..).zip(text.char_indices()) {
        let at = TextSize::try_from(byte).unwrap();
        assert_eq!(table.from_scalar(text, scalar), Some(at));
        assert_eq!(table.to_utf16(text, at).and_then(|unit| table.from_utf16(text, unit)), Some(at));
    }
    let sound =
        |range: TextRange| assert!(text.get(usize::from(range.start())..usize::from(range.end())).is_some());
    let all = TextRange::up_to(TextSize::of(text));
    paragraphs::paragraphs(text, None).iter().for_each(|paragraph| sound(paragraph.range));
    sentences::sentences(text, all).chain(words::words(text, all)).for_each(sound);
    for token in words::tokens(text, all) {
        sound(token);
        sound(words::expand(text, token));
        let word = &text[usize::from(token.start())..usize::from(token.end())];
        std::hint::black_box((words::parts(word), words::readings(word).len()));
    }
    for byte in (0..=text.len() + 1).step_by(1 + text.len() / 16) {
        let (before, after) = (graphemes::floor(text, byte), graphemes::ceil(text, byte));
        assert!(before <= after && text.is_char_boundary(before) && text.is_char_boundary(after));
        words::word_at(text, byte).into_iter().for_each(sound);
        assert!(words::previous_start(text, byte) <= words::next_end(text, byte));
    }
    let folded = Folding::ALL.fold(text);
    folded.find("ال").for_each(sound);
    invisible::unbalanced(text).iter().for_each(|found| assert!(text.is_char_boundary(found.byte)));
}

/// A data set: what it holds comes in, goes out and comes in again as it was.
pub(super) fn jsonl(bytes: &[u8]) {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let unit = [OffsetUnit::CodePoints, OffsetUnit::Utf16, OffsetUnit::Bytes][usize::from(which % 3)];
    let annotator = (which & 4 > 0).then(|| AnnotatorId::from("سمر"));
    let Some(project) = import(bytes, ReadOptions { unit: Some(unit), annotator, ..ReadOptions::default() })
    else {
        return;
    };
    let written = export(&project);
    let again = import(&written, ReadOptions::default()).expect("what we write we read");
    assert_eq!(export(&again), written, "it came back otherwise");
    let spans = |project: &Project| -> BTreeMap<LayerKey, Arc<Layer>> {
        project.layers().map(|(key, layer)| (key.clone(), layer.clone())).collect()
    };
    assert_eq!(spans(&again), spans(&project));
}

fn import(bytes: &[u8], options: ReadOptions) -> Option<Project> {
    let mut project = Project::new("p", "p");
    let items: Result<Vec<Item>, _> = JsonlReader::new(Cursor::new(bytes), options).collect();
    let mut plan = Plan::new(&project);
    for item in items.ok()? {
        plan.add(item, &mut |_| None);
    }
    let step = plan.take();
    step.project.map_or(Ok(()), |edit| edit.apply(&mut project)).expect("it is for this project");
    for (info, text) in step.articles {
        project.put_text(Arc::new(Article::new(info.id.clone(), text)));
        assert!(project.insert_article(usize::MAX, info), "an id came twice");
    }
    let edit = step.layers.unwrap_or(Edit::Batch(Vec::new()));
    for key in edit.layers() {
        project.put_layer(key.clone(), Arc::default());
    }
    edit.apply(&mut project).expect("a plan fits the project it was made for");
    for (key, layer) in project.layers() {
        let text = project.text(&key.article).unwrap().text();
        for span in layer.spans.values().filter(|span| !span.lost) {
            assert_eq!(
                quote_of(text, &span.ranges).as_deref(),
                Some(span.quote.as_str()),
                "{key}: other words"
            );
        }
    }
    Some(project)
}

fn export(project: &Project) -> Vec<u8> {
    let (mut writer, mut out) = (JsonlWriter::default(), Memory::default());
    writer.begin(&mut out, &Header::of(project)).unwrap();
    for info in project.articles() {
        let keys: Vec<&LayerKey> =
            project.layers().map(|(key, _)| key).filter(|key| key.article == info.id).collect();
        let layers: Vec<(AnnotatorId, Arc<Layer>)> =
            keys.iter().map(|key| (key.annotator.clone(), project.layer(key).unwrap().clone())).collect();
        let article = project.text(&info.id).unwrap();
        writer.article(&Page { info, article, layers: &layers }, &mut out).unwrap();
    }
    writer.end(&mut out).unwrap();
    out.get(&out.names().concat()).unwrap_or_default()
}

/// An archive: every part within the limits, whatever it says of itself.
pub(super) fn archive(bytes: &[u8]) {
    let Ok(mut archive) = Archive::open(Cursor::new(bytes), |_| true) else { return };
    for name in archive.names().to_vec() {
        assert!(!name.split(['/', '\\']).any(|part| part == ".."));
        if let Ok(Some(part)) = archive.part(&name) {
            assert!(part.len() as u64 <= LARGEST_PART);
        }
    }
}

/// XML: as many ends as starts, or an error.
pub(super) fn xml(bytes: &[u8]) {
    let Ok(text) = xml::decode(bytes) else { return };
    let (mut depth, mut deepest) = (0_usize, 0);
    for step in XmlReader::new(&text) {
        match step {
            Ok(Step::Start(element)) => {
                assert!(element.attributes.len() <= xml::MOST_ATTRIBUTES && !element.name.is_empty());
                depth += 1;
                deepest = deepest.max(depth);
            }
            Ok(Step::End) => depth = depth.checked_sub(1).expect("an end without a start"),
            Ok(Step::Text(_)) => assert!(depth > 0, "text outside of the root"),
            Err(error) => {
                assert!(!error.problem.is_empty());
                return;
            }
        }
    }
    assert!(depth == 0 && (1..=xml::DEEPEST).contains(&deepest));
}
