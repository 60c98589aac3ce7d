//! Reads a file with a library that did not write it.

use lopdf::{Dictionary, Document, Object, decode_text_string};

pub struct Reader(Document);

impl Reader {
    pub fn open(bytes: &[u8]) -> Self {
        assert!(bytes.starts_with(b"%PDF-1."));
        Self(Document::load_mem(bytes).unwrap())
    }

    pub fn page_count(&self) -> usize {
        self.0.get_pages().len()
    }

    /// The words of a page, one space between them.
    pub fn page_text(&self, page: usize) -> String {
        let text = self.0.extract_text(&[page.try_into().unwrap()]).unwrap();
        format!("{} ", text.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
    }

    pub fn text(&self) -> String {
        (1..=self.page_count()).map(|page| self.page_text(page)).collect()
    }

    pub fn page_size(&self) -> (i32, i32) {
        let page = self.0.get_pages()[&1];
        let page = self.0.get_dictionary(page).unwrap();
        let numbers = page.get(b"MediaBox").unwrap().as_array().unwrap();
        let number = |at: usize| numbers[at].as_float().unwrap().round();
        (number(2) as i32, number(3) as i32)
    }

    fn resolved<'a>(&'a self, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
        self.0.dereference(dictionary.get(key).ok()?).ok().map(|(_, object)| object)
    }

    pub fn info(&self, key: &str) -> String {
        let info = self.resolved(&self.0.trailer, b"Info").unwrap().as_dict().unwrap();
        decode_text_string(self.resolved(info, key.as_bytes()).unwrap()).unwrap()
    }

    pub fn catalog_text(&self, key: &str) -> String {
        decode_text_string(self.resolved(self.0.catalog().unwrap(), key.as_bytes()).unwrap()).unwrap()
    }

    pub fn xmp(&self) -> String {
        let stream = self.resolved(self.0.catalog().unwrap(), b"Metadata").unwrap().as_stream().unwrap();
        let plain = stream.decompressed_content().unwrap_or_else(|_| stream.content.clone());
        String::from_utf8(plain).unwrap()
    }

    /// The kinds of all elements, in the order of reading.
    pub fn roles(&self) -> Vec<String> {
        let catalog = self.0.catalog().unwrap();
        let marked = self.resolved(catalog, b"MarkInfo").unwrap().as_dict().unwrap();
        assert!(marked.get(b"Marked").unwrap().as_bool().unwrap());
        let mut roles = Vec::new();
        self.walk(self.resolved(catalog, b"StructTreeRoot").unwrap(), &mut roles);
        roles
    }

    fn walk(&self, object: &Object, roles: &mut Vec<String>) {
        match self.0.dereference(object).unwrap().1 {
            Object::Array(all) => all.iter().for_each(|it| self.walk(it, roles)),
            Object::Dictionary(element) => {
                if let Ok(role) = element.get(b"S") {
                    roles.push(String::from_utf8(role.as_name().unwrap().to_vec()).unwrap());
                }
                if let Ok(kids) = element.get(b"K") {
                    self.walk(kids, roles);
                }
            }
            _ => {}
        }
    }

    /// Where the first page's links go.
    pub fn links(&self) -> Vec<String> {
        let page = self.0.get_pages()[&1];
        let annotations = self.0.get_page_annotations(page).unwrap();
        let target = |annotation: &&Dictionary| {
            let action = self.resolved(annotation, b"A").unwrap().as_dict().unwrap();
            String::from_utf8(action.get(b"URI").unwrap().as_str().unwrap().to_vec()).unwrap()
        };
        annotations.iter().map(target).collect()
    }

    /// What signs stand for where the font has none of their own.
    pub fn actual_texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for page in self.0.get_pages().into_values() {
            let content = self.0.get_and_decode_page_content(page).unwrap();
            for operation in content.operations.iter().filter(|it| it.operator == "BDC") {
                if let Some(Object::Dictionary(properties)) = operation.operands.get(1)
                    && let Ok(text) = properties.get(b"ActualText")
                {
                    texts.push(decode_text_string(text).unwrap());
                }
            }
        }
        texts
    }
}
