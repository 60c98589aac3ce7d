//! The structure that a screen reader follows.

use krilla::tagging::{Identifier, Node, TableHeaderScope, Tag, TagGroup, TagKind, TagTree};

/// What an element is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Parts that belong together.
    Section,
    /// A heading of a level, from 1; it is named by its words.
    Heading(u8, String),
    /// A paragraph.
    Paragraph,
    /// A table.
    Table,
    /// Its head.
    Head,
    /// Its body.
    Body,
    /// A row.
    Row,
    /// The head of a column.
    ColumnHead,
    /// The head of a row.
    RowHead,
    /// A cell.
    Cell,
    /// A link, and where it goes.
    Link(String),
}

/// An element's place in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Id(usize);

struct Element {
    role: Role,
    kids: Vec<Kid>,
}

enum Kid {
    Element(Id),
    Content(Identifier),
}

/// All elements, in the order of reading.
#[derive(Default)]
pub struct Tree {
    elements: Vec<Element>,
    roots: Vec<Id>,
}

impl Tree {
    /// Adds an element at the end of its parent.
    pub fn add(&mut self, parent: Option<Id>, role: Role) -> Id {
        let id = Id(self.elements.len());
        self.elements.push(Element { role, kids: Vec::new() });
        match parent.and_then(|parent| self.elements.get_mut(parent.0)) {
            Some(parent) => parent.kids.push(Kid::Element(id)),
            None => self.roots.push(id),
        }
        id
    }

    /// The element that was added last.
    #[cfg(test)]
    pub fn last(&self) -> Id {
        Id(self.elements.len() - 1)
    }

    /// Where a link goes.
    pub fn target(&self, id: Id) -> Option<&str> {
        match self.elements.get(id.0).map(|it| &it.role) {
            Some(Role::Link(target)) => Some(target),
            _ => None,
        }
    }

    /// What was drawn for an element.
    pub fn drawn(&mut self, id: Id, content: Identifier) {
        if let Some(element) = self.elements.get_mut(id.0) {
            element.kids.push(Kid::Content(content));
        }
    }

    /// The annotation of a link: it comes first.
    pub fn linked(&mut self, id: Id, annotation: Identifier) {
        if let Some(element) = self.elements.get_mut(id.0) {
            element.kids.insert(0, Kid::Content(annotation));
        }
    }

    /// As the file wants it.
    pub fn tags(&self) -> TagTree {
        let mut tree = TagTree::new();
        for group in self.roots.iter().filter_map(|root| self.group(*root)) {
            tree.push(group);
        }
        tree
    }

    fn group(&self, id: Id) -> Option<TagGroup> {
        let element = self.elements.get(id.0)?;
        let kid = |kid: &Kid| match kid {
            Kid::Element(id) => self.group(*id).map(Node::Group),
            Kid::Content(content) => Some(Node::Leaf(*content)),
        };
        let kids: Vec<Node> = element.kids.iter().filter_map(kid).collect();
        (!kids.is_empty()).then(|| TagGroup::with_children(kind(&element.role), kids))
    }
}

fn kind(role: &Role) -> TagKind {
    match role {
        Role::Section => Tag::Section.into(),
        Role::Heading(level, title) => {
            let level = u16::from(*level).try_into().unwrap_or(std::num::NonZeroU16::MIN);
            Tag::Hn(level, Some(title.clone())).into()
        }
        Role::Paragraph => Tag::P.into(),
        Role::Table => Tag::Table.into(),
        Role::Head => Tag::THead.into(),
        Role::Body => Tag::TBody.into(),
        Role::Row => Tag::TR.into(),
        Role::ColumnHead => Tag::TH(TableHeaderScope::Column).into(),
        Role::RowHead => Tag::TH(TableHeaderScope::Row).into(),
        Role::Cell => Tag::TD.into(),
        Role::Link(_) => Tag::Link.into(),
    }
}
