//! A text in parts: what help says, before anybody lays it out. Whoever shows it knows the width and the colours.

/// A text in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page(pub Vec<PagePart>);

/// A part of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PagePart {
    /// What the page, or a chapter of it, is about.
    Title(String),
    /// What the next parts are about.
    Head(String),
    /// A paragraph.
    Text(String),
    /// A term and what it means.
    Entry(String, String),
    /// Lines that stay as they are.
    Code(String),
}

impl Page {
    /// A page that begins with this title.
    pub fn titled(title: impl Into<String>) -> Self {
        Self(vec![PagePart::Title(title.into())])
    }

    /// Add a heading.
    pub fn head(&mut self, text: impl Into<String>) {
        self.0.push(PagePart::Head(text.into()));
    }

    /// Add a paragraph, unless it is empty.
    pub fn text(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.0.push(PagePart::Text(text));
        }
    }

    /// Add a term, unless there is nothing to say of it.
    pub fn entry(&mut self, term: impl Into<String>, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.0.push(PagePart::Entry(term.into(), text));
        }
    }

    /// Add lines that stay as they are, unless there are none.
    pub fn code(&mut self, lines: impl Into<String>) {
        let lines = lines.into();
        if !lines.is_empty() {
            self.0.push(PagePart::Code(lines));
        }
    }

    /// Add lines under a heading of their own, unless there are none.
    pub fn under(&mut self, head: &str, lines: impl Into<String>) {
        let lines = lines.into();
        if !lines.is_empty() {
            self.head(head);
            self.code(lines);
        }
    }

    /// Go on with another page.
    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}
