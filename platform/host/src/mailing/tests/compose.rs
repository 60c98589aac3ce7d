//! Messages as bytes.

use super::{
    super::compose::{Draft, compose, file_name},
    *,
};

fn message(name: &str, subject: &str, attachments: &[kernel::mail::Attachment]) -> String {
    let mail = web::Mail { subject: subject.into(), html: "<p>Hällo</p>".into(), text: "Hällo".into() };
    let draft = Draft {
        message_id: "<mai_1@coach.example>".into(),
        from: "no-reply@coach.example".parse().unwrap(),
        from_name: name,
        reply_to: "anna@fit.example",
        to_email: "ada@example.com",
        to_name: name,
        mail: &mail,
        attachments,
        at: "2026-11-21T09:00:00Z".parse().unwrap(),
    };
    String::from_utf8(compose(&draft).unwrap().formatted()).unwrap()
}

fn header_names(message: &str) -> Vec<String> {
    let head = message.split("\r\n\r\n").next().unwrap();
    let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    lines.map(|line| line.split(':').next().unwrap().to_lowercase()).collect()
}

#[test]
fn no_text_can_add_a_header() {
    let evil = [
        "x\r\nBcc: evil@example.com",
        "x\nBcc: evil@example.com",
        "x\rBcc: evil@example.com",
        "x\r\n\r\nbody",
        "x\u{2028}Bcc: evil@example.com",
        "x\u{0}\u{7f}\u{85}Bcc: evil@example.com",
        "\"x\" <evil@example.com>,",
        "x, evil@example.com",
        "Ärger\r\nBcc: evil@example.com",
    ];
    let expected = [
        "message-id",
        "date",
        "from",
        "to",
        "subject",
        "auto-submitted",
        "reply-to",
        "mime-version",
        "content-type",
    ];
    for text in evil {
        let message = message(text, text, &draft(text, "ada@example.com").attachments);
        let mut names = header_names(&message);
        names.sort();
        let mut wanted = expected.map(str::to_owned).to_vec();
        wanted.sort();
        assert_eq!(names, wanted, "{text:?} made {message}");
        let parsed: lettre::message::Mailboxes = {
            let to = message.split("\r\nTo: ").nth(1).unwrap().split("\r\nSubject").next().unwrap();
            to.replace("\r\n ", " ").parse().unwrap()
        };
        assert_eq!(
            parsed.iter().map(|mailbox| mailbox.email.to_string()).collect::<Vec<_>>(),
            ["ada@example.com"],
            "{text:?}"
        );
    }
}

#[test]
fn an_invitation_is_an_alternative_and_a_file() {
    let message = message("Ada", "Booked", &draft("k", "ada@example.com").attachments);
    assert_eq!(message.matches("text/calendar; method=REQUEST").count(), 2, "{message}");
    assert_eq!(message.matches("multipart/alternative").count(), 1);
    assert_eq!(message.matches("multipart/mixed").count(), 1);
    assert!(message.contains("Content-Disposition: attachment; filename=\"_booking__.ics\""), "{message}");
    let order: Vec<_> =
        ["text/plain", "text/html", "text/calendar"].map(|kind| message.find(kind).unwrap()).into();
    assert!(order.is_sorted(), "the best alternative comes last");
    assert!(message.contains("Date: Sat, 21 Nov 2026 09:00:00 +0000"));
}

#[test]
fn without_files_there_are_only_alternatives() {
    let message = message("Ada", "Booked", &[]);
    assert!(
        message.contains("multipart/alternative")
            && !message.contains("multipart/mixed")
            && !message.contains("text/calendar")
    );
}

#[test]
fn file_names_are_harmless() {
    assert_eq!(file_name("booking.ics"), "booking.ics");
    assert_eq!(file_name("../../etc/passwd"), "_.._etc_passwd");
    assert_eq!(file_name("a\r\nb\";c"), "a__b__c");
    assert_eq!(file_name(""), "file");
    assert_eq!(file_name("...."), "file");
}
