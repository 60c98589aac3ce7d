//! x
use serde::Serialize; use serde_json::Value; use crate::Layout;
/// x
pub trait View: Serialize + Sized { /// x
 const TEMPLATE: &'static str; /// x
 const LAYOUT: Layout; /// x
 fn title(&self) -> (&'static str, Value); /// x
 fn samples() -> Vec<Self>; }
