//! A look at an upload before anything compiles it: cheap, and without trust in a single byte.

use std::ops::AddAssign;

use wasmparser::{
    BinaryReaderError, Encoding, FunctionBody, MemorySectionReader, Operator, Parser, Payload,
    TableSectionReader, WasmFeatures,
};

use crate::Refusal;

/// The largest upload in bytes.
pub const UPLOAD_BYTES: usize = 2 << 20;
/// Core instances of one component.
pub(crate) const CORE_INSTANCES: u32 = 8;
/// Memories of one component.
pub(crate) const MEMORIES: u32 = 2;
/// Tables of one component.
pub(crate) const TABLES: u32 = 8;

const FUNCTIONS: u32 = 20_000;
const BRANCH_TARGETS: u32 = 4_096;
const CODE_NESTING: u32 = 512;
const COMPONENT_NESTING: u32 = 8;
const PARTS: u32 = 32;
const PAGE: u64 = 64 << 10;
const MEMORY: u64 = 16 << 20;
const TABLE: u64 = 10_000;

/// The interfaces of the world.
const OFFERED: [&str; 7] = ["types", "log", "event", "clock", "random", "kv", "actions"];

/// Features that guests don't need: no second way to wait, share or forget a limit.
pub(crate) fn features_off() -> WasmFeatures {
    WasmFeatures::THREADS | WasmFeatures::MEMORY64 | WasmFeatures::CUSTOM_PAGE_SIZES | WasmFeatures::TAIL_CALL
}

/// Checks an upload's size, form, imports, export and shape.
///
/// Takes under 10 ms for the largest upload. What it lets through is not yet known to be valid.
///
/// # Errors
/// The first thing that is not acceptable.
pub fn scan(upload: &[u8]) -> Result<(), Refusal> {
    if upload.len() > UPLOAD_BYTES {
        return Err(Refusal::TooLarge(UPLOAD_BYTES));
    }
    if !Parser::is_component(upload) {
        return Err(Refusal::NotComponent);
    }
    let mut counts = Counts::default();
    let mut parser = Parser::new(0);
    parser.set_features(WasmFeatures::all());
    for payload in parser.parse_all(upload) {
        counts.look_at(&payload.map_err(invalid)?)?;
    }
    if counts.has_handler { Ok(()) } else { Err(Refusal::NoHandler) }
}

#[derive(Default)]
struct Counts {
    depth: u32,
    parts: u32,
    functions: u32,
    memories: u32,
    tables: u32,
    has_handler: bool,
}

impl Counts {
    fn look_at(&mut self, payload: &Payload<'_>) -> Result<(), Refusal> {
        match payload {
            Payload::Version { encoding, .. } => self.enter(*encoding),
            Payload::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(())
            }
            Payload::ComponentImportSection(section) if self.depth == 1 => {
                section.clone().into_iter().try_for_each(|it| check_import(it.map_err(invalid)?.name.name))
            }
            Payload::ComponentExportSection(section) if self.depth == 1 => {
                for export in section.clone() {
                    self.has_handler |= export.map_err(invalid)?.name.name == "on-event";
                }
                Ok(())
            }
            Payload::MemorySection(section) => self.memories(section),
            Payload::TableSection(section) => self.tables(section),
            Payload::CodeSectionEntry(body) => {
                count(&mut self.functions, 1, FUNCTIONS, "functions")?;
                check_body(body)
            }
            _ => Ok(()),
        }
    }

    fn enter(&mut self, encoding: Encoding) -> Result<(), Refusal> {
        let nesting = if encoding == Encoding::Component { COMPONENT_NESTING } else { COMPONENT_NESTING + 1 };
        count(&mut self.depth, 1, nesting, "components in components")?;
        count(&mut self.parts, 1, PARTS, "parts")
    }

    fn memories(&mut self, section: &MemorySectionReader<'_>) -> Result<(), Refusal> {
        for memory in section.clone() {
            count(&mut self.memories, 1, MEMORIES, "memories")?;
            if memory.map_err(invalid)?.initial.saturating_mul(PAGE) > MEMORY {
                return Err(too_complex("memory at the start", MEMORY));
            }
        }
        Ok(())
    }

    fn tables(&mut self, section: &TableSectionReader<'_>) -> Result<(), Refusal> {
        for table in section.clone() {
            count(&mut self.tables, 1, TABLES, "tables")?;
            if table.map_err(invalid)?.ty.initial > TABLE {
                return Err(too_complex("table elements at the start", TABLE));
            }
        }
        Ok(())
    }
}

fn check_body(body: &FunctionBody<'_>) -> Result<(), Refusal> {
    let mut nesting = 0_u32;
    for operator in body.get_operators_reader().map_err(invalid)? {
        match operator.map_err(invalid)? {
            Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::TryTable { .. } => {
                count(&mut nesting, 1, CODE_NESTING, "blocks in blocks")?;
            }
            Operator::End => nesting = nesting.saturating_sub(1),
            Operator::BrTable { targets } if targets.len() > BRANCH_TARGETS => {
                return Err(too_complex("branches", BRANCH_TARGETS));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Any patch of 0.1 links: it can only have added what this platform does not know, and that is then missing.
fn check_import(name: &str) -> Result<(), Refusal> {
    let offered = name
        .strip_prefix("coach:automation/")
        .and_then(|rest| rest.split_once('@'))
        .is_some_and(|(interface, version)| OFFERED.contains(&interface) && version.starts_with("0.1."));
    if offered { Ok(()) } else { Err(Refusal::UnknownImport(name.chars().take(120).collect())) }
}

fn count<T: Copy + AddAssign + PartialOrd + std::fmt::Display>(
    value: &mut T,
    by: T,
    most: T,
    what: &str,
) -> Result<(), Refusal> {
    *value += by;
    if *value > most { Err(too_complex(what, most)) } else { Ok(()) }
}

fn too_complex(what: &str, most: impl std::fmt::Display) -> Refusal {
    Refusal::TooComplex(format!("more than {most} {what}"))
}

fn invalid(error: BinaryReaderError) -> Refusal {
    Refusal::Invalid(crate::failure::clean(error.message(), 300))
}
