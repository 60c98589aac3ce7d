//! Golden files.

use std::fs;

/// Compares with `golden/{name}`, or writes it when `UPDATE_GOLDEN` is set.
#[track_caller]
pub fn compare(name: &str, now: &str) {
    let file = testkit::workspace().join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&file, now).unwrap();
        return;
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let (old, new): (Vec<&str>, Vec<&str>) = (kept.lines().collect(), now.lines().collect());
    let gone: Vec<_> = old.iter().filter(|line| !new.contains(line)).collect();
    let come: Vec<_> = new.iter().filter(|line| !old.contains(line)).collect();
    assert!(kept == now, "golden/{name} differs (UPDATE_GOLDEN=1 writes it)\n- {gone:#?}\n+ {come:#?}");
}
