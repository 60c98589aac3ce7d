use serde::{Deserialize, Serialize};

/// What one run may use. The operator sets a ceiling, a tenant may go below it ([`Limits::within`]).
///
/// Serialised with the record of a run, so that a replay has the same limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Units of work; about one for each WebAssembly instruction.
    pub fuel: u64,
    /// Turns of 5 ms of computing; the run gives way to others after each.
    pub ticks: u32,
    /// Time from start to end in milliseconds, waiting included.
    pub wall_ms: u64,
    /// Linear memory in bytes, over all memories of the component.
    pub memory_bytes: usize,
    /// Elements of one table.
    pub table_elements: usize,
    /// Calls of the platform, of whatever kind.
    pub host_calls: u32,
    /// Bytes that the component hands over in one call, or as its answer, before the platform even looks at them.
    pub call_bytes: usize,
    /// Bytes of log; what passes them is cut.
    pub log_bytes: usize,
    /// Bytes of the answer.
    pub output_bytes: usize,
    /// Notes.
    pub notes: u32,
    /// Tags put on clients.
    pub tags: u32,
    /// Mails, to clients and staff together.
    pub mails: u32,
    /// Bytes of keys and values that the automation's store may hold.
    pub store_bytes: usize,
    /// How many automations may have set each other off before this run.
    pub depth: u8,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: 20_000_000,
            ticks: 50,
            wall_ms: 10_000,
            memory_bytes: 16 << 20,
            table_elements: 10_000,
            host_calls: 32,
            call_bytes: 256 << 10,
            log_bytes: 64 << 10,
            output_bytes: 64 << 10,
            notes: 5,
            tags: 10,
            mails: 5,
            store_bytes: 64 << 10,
            depth: 5,
        }
    }
}

impl Limits {
    /// These limits, none of them above the ceiling.
    #[must_use]
    pub fn within(self, ceiling: &Self) -> Self {
        Self {
            fuel: self.fuel.min(ceiling.fuel),
            ticks: self.ticks.min(ceiling.ticks),
            wall_ms: self.wall_ms.min(ceiling.wall_ms),
            memory_bytes: self.memory_bytes.min(ceiling.memory_bytes),
            table_elements: self.table_elements.min(ceiling.table_elements),
            host_calls: self.host_calls.min(ceiling.host_calls),
            call_bytes: self.call_bytes.min(ceiling.call_bytes),
            log_bytes: self.log_bytes.min(ceiling.log_bytes),
            output_bytes: self.output_bytes.min(ceiling.output_bytes),
            notes: self.notes.min(ceiling.notes),
            tags: self.tags.min(ceiling.tags),
            mails: self.mails.min(ceiling.mails),
            store_bytes: self.store_bytes.min(ceiling.store_bytes),
            depth: self.depth.min(ceiling.depth),
        }
    }
}
