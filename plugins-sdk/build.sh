#!/bin/sh
# Builds automations into target/plugins/*.wasm: all examples, or the examples and crates that are named.
# Finds or makes the compiler it needs; builds again only when a source has changed.
set -eu
manifest=$(cd "$(dirname "$0")/.." && pwd)/Cargo.toml
exec cargo run --quiet --manifest-path "$manifest" -p plugins --bin plugin-tool -- build "$@"
