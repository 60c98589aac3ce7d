//! What was laid out becomes a file.

use krilla::{
    Document as File, SerializeSettings,
    action::{Action, LinkAction},
    annotation::{Annotation, LinkAnnotation, Target},
    color::rgb,
    configure::{Accessibility, Archival, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{PathBuilder, Point, Rect},
    metadata::{DateTime, Metadata},
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::{Fill, Stroke},
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, SpanTag},
    text::{Font, GlyphId, KrillaGlyph},
};

use crate::{
    Document, Error, Rgb,
    layout::{Frame, Laid, Op, Owner, Text},
    shape::{BOLD, REGULAR, Run, Weight},
    tree::Id,
};

/// The bytes of the file.
pub fn paint(document: &Document, mut laid: Laid) -> Result<Vec<u8>, Error> {
    let fonts = Fonts::new()?;
    let mut file = File::new_with(settings()?);
    file.set_metadata(metadata(document));
    file.set_outline(outline(document));
    for ops in &laid.pages {
        let settings = PageSettings::from_wh(laid.size.0, laid.size.1)
            .ok_or_else(|| Error::Write("the page has no size".to_owned()))?;
        let mut page = file.start_page_with(settings);
        let mut surface = page.surface();
        paint_page(&mut surface, ops, &fonts, &mut laid.tree);
        surface.finish();
        for (id, rect) in links(ops, &laid.tree) {
            let target = laid.tree.target(id).unwrap_or_default().to_owned();
            let action = Target::Action(Action::Link(LinkAction::new(target.clone())));
            let annotation = Annotation::new_link(LinkAnnotation::new(rect, action), Some(target));
            let annotation = page.add_tagged_annotation(annotation);
            laid.tree.linked(id, annotation);
        }
        page.finish();
    }
    file.set_tag_tree(laid.tree.tags());
    file.finish().map_err(|error| Error::Write(format!("{error:?}")))
}

fn settings() -> Result<SerializeSettings, Error> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| Error::Write(format!("{error:?}")))?;
    Ok(SerializeSettings { configuration, ..SerializeSettings::default() })
}

/// A file of this kind must have a title; a dash is one in every language.
fn title(document: &Document) -> String {
    let titles = [document.title.as_str(), document.number.as_str()];
    let title: Vec<&str> = titles.into_iter().filter(|it| !it.is_empty()).collect();
    if title.is_empty() { "–".to_owned() } else { title.join(" ") }
}

/// The table of contents: where it begins.
fn outline(document: &Document) -> Outline {
    let mut outline = Outline::new();
    outline.push_child(OutlineNode::new(title(document), XyzDestination::new(0, Point::from_xy(0.0, 0.0))));
    outline
}

fn metadata(document: &Document) -> Metadata {
    let at = document.created.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let small = |it: i8| u8::try_from(it).unwrap_or_default();
    let date = DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(0);
    let metadata =
        Metadata::new().title(title(document)).language(document.locale.clone()).creation_date(date);
    match [&document.seller.name, &document.brand].into_iter().find(|it| !it.is_empty()) {
        Some(author) => metadata.authors(vec![author.clone()]),
        None => metadata,
    }
}

struct Fonts {
    regular: Font,
    bold: Font,
}

impl Fonts {
    fn new() -> Result<Self, Error> {
        Ok(Self {
            regular: Font::new(REGULAR.into(), 0).ok_or(Error::Font("regular"))?,
            bold: Font::new(BOLD.into(), 0).ok_or(Error::Font("bold"))?,
        })
    }

    fn of(&self, weight: Weight) -> Font {
        match weight {
            Weight::Regular => self.regular.clone(),
            Weight::Bold => self.bold.clone(),
        }
    }
}

/// Neighbours of one owner share one mark.
fn paint_page(surface: &mut Surface<'_>, ops: &[Op], fonts: &Fonts, tree: &mut crate::tree::Tree) {
    for group in ops.chunk_by(|a, b| a.owner() == b.owner()) {
        let Some(owner) = group.first().map(Op::owner) else { continue };
        let identifier = surface.start_tagged(match owner {
            Owner::Element(_) => ContentTag::Span(SpanTag::empty()),
            Owner::Header => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Header)),
            Owner::Footer => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)),
            Owner::Ornament => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
        });
        for op in group {
            match op {
                Op::Text(text) => paint_text(surface, text, fonts),
                Op::Frame(frame) => paint_frame(surface, frame),
                Op::Nothing(_) => {}
            }
        }
        surface.end_tagged();
        if let Owner::Element(id) = owner {
            tree.drawn(id, identifier);
        }
    }
}

fn paint_text(surface: &mut Surface<'_>, text: &Text, fonts: &Fonts) {
    surface.set_stroke(None);
    surface.set_fill(Some(fill(text.color)));
    let (start, font) = (Point::from_xy(text.x, text.y), fonts.of(text.weight));
    surface.draw_glyphs(start, &glyphs(&text.run), font, &text.run.text, text.size, false);
}

fn glyphs(run: &Run) -> Vec<KrillaGlyph> {
    let glyph = |it: &crate::shape::Glyph| {
        KrillaGlyph::new(GlyphId::new(it.id), it.advance, it.dx, it.dy, 0.0, it.range.clone(), None)
    };
    run.glyphs.iter().map(glyph).collect()
}

fn paint_frame(surface: &mut Surface<'_>, frame: &Frame) {
    let Some(rect) = Rect::from_xywh(frame.x, frame.y, frame.width, frame.height) else { return };
    let mut path = PathBuilder::new();
    path.push_rect(rect);
    let Some(path) = path.finish() else { return };
    match frame.border {
        Some(width) => {
            surface.set_fill(None);
            let paint = fill(frame.color).paint;
            surface.set_stroke(Some(Stroke { paint, width, ..Stroke::default() }));
        }
        None => {
            surface.set_stroke(None);
            surface.set_fill(Some(fill(frame.color)));
        }
    }
    surface.draw_path(&path);
}

fn fill(Rgb(red, green, blue): Rgb) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), ..Fill::default() }
}

/// Where on this page one can follow a link.
fn links(ops: &[Op], tree: &crate::tree::Tree) -> Vec<(Id, Rect)> {
    let link = |op: &Op| match (op, op.owner()) {
        (Op::Text(text), Owner::Element(id)) if tree.target(id).is_some() => {
            let (width, size) = (text.run.width * text.size, text.size);
            Rect::from_xywh(text.x, text.y - size, width, size * 1.3).map(|rect| (id, rect))
        }
        _ => None,
    };
    ops.iter().filter_map(link).collect()
}
