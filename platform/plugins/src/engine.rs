//! The one place that configures wasmtime. The child that compiles and the host that runs must agree on everything
//! but the allocator, which the compatibility hash does not cover.

use std::hash::{Hash, Hasher};

use sha2::{Digest as _, Sha256};
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Result,
};

use crate::scan;

/// Native stack that a guest may use, in bytes.
const WASM_STACK: usize = 512 << 10;
/// Stack of the fiber a run lives on: the guest's and the host functions' together.
const FIBER_STACK: usize = 2 << 20;
/// Memory of an instance that is wiped rather than given back between runs.
const KEEP_RESIDENT: usize = 2 << 20;
/// The largest linear memory that a ceiling can allow.
pub(crate) const POOL_MEMORY: usize = 32 << 20;
/// The largest table that a ceiling can allow.
pub(crate) const POOL_TABLE: usize = 10_000;

/// What the compatibility hash says about an engine, as 32 bytes.
pub(crate) type Compatibility = [u8; 32];

/// An engine that only compiles.
pub(crate) fn compiling() -> Result<Engine> {
    Engine::new(&common())
}

/// An engine whose instances come from a pool for `runs` runs at a time.
pub(crate) fn running(runs: u32) -> Result<Engine> {
    let mut config = common();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(runs)));
    Engine::new(&config)
}

fn common() -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(FIBER_STACK)
        .cranelift_opt_level(OptLevel::Speed)
        // Replays are the same to the bit.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .wasm_features(scan::features_off(), false)
        // A tenant is shown the last cause of a trap, never a trace.
        .wasm_backtrace_max_frames(None);
    config
}

fn pool(runs: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(runs)
        .total_stacks(runs)
        .max_core_instances_per_component(scan::CORE_INSTANCES)
        .total_core_instances(runs.saturating_mul(scan::CORE_INSTANCES))
        .max_memories_per_component(scan::MEMORIES)
        .total_memories(runs.saturating_mul(scan::MEMORIES))
        .max_tables_per_component(scan::TABLES)
        .total_tables(runs.saturating_mul(scan::TABLES))
        .max_tables_per_module(2)
        .max_memory_size(POOL_MEMORY)
        .table_elements(POOL_TABLE)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(POOL_TABLE)
        // Where the kernel can tell which pages were touched, only those are wiped.
        .pagemap_scan(Enabled::Auto)
        .max_unused_warm_slots(runs.min(32));
    pool
}

/// Names the compiled form that this engine can load: version, target, settings. A security patch changes it.
pub(crate) fn compatibility(engine: &Engine) -> Compatibility {
    let mut hasher = Sha256Hasher(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.update(env!("CARGO_PKG_VERSION"));
    hasher.0.finalize().into()
}

/// The standard hasher may change between compilers; this one does not.
struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn finish(&self) -> u64 {
        let digest: [u8; 32] = self.0.clone().finalize().into();
        let (head, _) =
            digest.split_first_chunk::<8>().map_or(([0; 8], [].as_slice()), |(head, rest)| (*head, rest));
        u64::from_le_bytes(head)
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}
