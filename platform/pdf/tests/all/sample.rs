//! Documents to look at and to test with.

use pdf::{Document, Entry, Labels, Line, Party, Rgb, Total};

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

fn labels() -> Labels {
    Labels {
        seller: "From".into(),
        buyer: "Billed to".into(),
        name: "Description".into(),
        quantity: "Qty".into(),
        unit_price: "Price".into(),
        tax: "VAT".into(),
        amount: "Amount".into(),
        payments: "Payments".into(),
        notes: "Notes".into(),
        page: "Page {page} of {pages}".into(),
    }
}

fn seller() -> Party {
    Party {
        name: "Maya Lindqvist Coaching".into(),
        lines: texts(&["Lindenstraße 14", "10969 Berlin", "Germany"]),
        tax_id: "VAT ID DE123456789".into(),
        email: "hello@maya-coaching.example".into(),
        web: "maya-coaching.example".into(),
    }
}

fn buyer() -> Party {
    Party {
        name: "Jonas Okafor".into(),
        lines: texts(&["12 Harbour Row", "Bristol BS1 4RN", "United Kingdom"]),
        email: "jonas@okafor.example".into(),
        ..Party::default()
    }
}

fn line(name: &str, detail: Option<&str>, quantity: &str, price: &str, amount: &str) -> Line {
    Line {
        name: name.into(),
        detail: detail.map(Into::into),
        quantity: quantity.into(),
        unit_price: price.into(),
        tax: "19 %".into(),
        amount: amount.into(),
    }
}

/// A paid invoice with one position.
pub fn invoice() -> Document {
    Document {
        locale: "en".into(),
        accent: Rgb(31, 94, 90),
        created: "2026-11-21T09:30:00Z".parse().unwrap(),
        brand: "Maya Lindqvist".into(),
        title: "Invoice".into(),
        number: "No. 2026-0142".into(),
        stamp: Some("Paid".into()),
        labels: labels(),
        seller: seller(),
        buyer: buyer(),
        facts: vec![
            Entry::new("Date", "21 November 2026"),
            Entry::new("Order", "ORD-7F3K2"),
            Entry::new("Due", "5 December 2026"),
            Entry::new("Paid by", "Card ending in 4242"),
        ],
        lines: vec![line("Career coaching, package of five", Some("Five sessions of 60 minutes, valid for six months"), "1", "€495.80", "€495.80")],
        totals: vec![
            Total::new("Subtotal", "€495.80"),
            Total::new("VAT 19 %", "€94.20"),
            Total::strong("Total", "€590.00"),
        ],
        payments: vec![Entry::new("21 November 2026, card ending in 4242", "€590.00")],
        notes: texts(&["Thank you. The sessions can be booked at any time with the link in your confirmation; unused sessions can be moved to another person.", "Date of supply is the date of each session."]),
        footer: "Maya Lindqvist Coaching · Lindenstraße 14 · 10969 Berlin · Managing director: Maya Lindqvist\nIBAN DE02 1203 0000 0000 2020 51 · Amtsgericht Berlin HRB 123456".into(),
        ..Document::default()
    }
}

/// With so many positions.
pub fn long(count: usize) -> Document {
    let names = [
        "Discovery call",
        "Career coaching, 60 minutes",
        "Team workshop: giving and taking feedback",
        "Reading list",
    ];
    let lines = (0..count).map(|at| {
        let detail = (at % 3 == 0).then_some("With Maya, online");
        line(
            &format!("{} {}", names[at % names.len()], at + 1),
            detail,
            "2",
            "€1,119.00",
            &format!("€{}.00", 2_238 + at),
        )
    });
    Document { lines: lines.collect(), stamp: None, ..invoice() }
}

/// Names, addresses and amounts that are too long for their places.
pub fn wide() -> Document {
    let mut document = invoice();
    document.brand =
        "The Institute for Applied Leadership, Coaching and Organisational Development of Northern Europe"
            .into();
    document.title = "Invoice with a reverse charge, corrected for the second time".into();
    document.seller.name =
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH & Co. KG"
            .into();
    document.seller.email =
        "a.very.long.name.of.a.person.in.a.company@subdomain.of.another.domain.example".into();
    document.buyer.lines =
        (1..=20).map(|at| format!("Line {at} of an address that goes on and on, building C")).collect();
    document.lines = vec![
        line(
            &"Coaching ".repeat(30),
            Some(&"All about it. ".repeat(40)),
            "1,000,000.5 hours",
            "€123,456,789,012,345.00",
            "€123,456,789,012,345,678,901,234.00",
        ),
        line(&"x".repeat(300), None, "1", "€1.00", "€1.00"),
    ];
    document.totals.push(Total::strong(
        "A sum with a label that is much longer than what labels of sums usually are",
        "€123,456,789,012,345,678.00",
    ));
    document
}

/// Letters that are not only from A to Z.
pub fn letters() -> Document {
    let mut document = invoice();
    document.locale = "el".into();
    document.accent = Rgb(255, 214, 0);
    document.title = "Τιμολόγιο".into();
    document.brand = "Ελένη Παπαδοπούλου".into();
    document.buyer.name = "Анна Сергеевна Ковалёва-Щербакова".into();
    document.buyer.lines = texts(&["вул. Хрещатик, 22", "01001 Київ, Україна"]);
    document.lines = vec![
        line(
            "Çağrı Đorđević Łódź Žižek Århus naïve façade Ñandú",
            Some("e\u{301}te\u{301} (combining marks), Tiếng Việt"),
            "−1",
            "1\u{202f}234,50\u{a0}€",
            "−1\u{202f}234,50\u{a0}€",
        ),
        line("Συνεδρία καθοδήγησης — ἀρχαία ἑλληνική", None, "2", "₽1 500", "₴3 000"),
        line(
            "Coaching 🎉👨\u{200d}👩\u{200d}👧 with emoji, 日本語 and עברית",
            Some("➜ ✓ ★ \u{202e}reversed\u{202c}"),
            "1",
            "₹900",
            "zł 900",
        ),
    ];
    document
}

/// As little as possible.
pub fn bare() -> Document {
    Document {
        locale: "en".into(),
        title: "Receipt".into(),
        lines: vec![Line { name: "Session".into(), amount: "$80.00".into(), ..Line::default() }],
        totals: vec![Total::strong("Total", "$80.00")],
        paper: pdf::Paper::Letter,
        ..Document::default()
    }
}
