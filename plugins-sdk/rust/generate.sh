#!/bin/sh
# Writes src/bindings.rs anew after a change of the WIT. Needs: cargo install wit-bindgen-cli@0.46.0
set -eu
cd "$(dirname "$0")"
out=$(mktemp -d)
wit-bindgen rust ../wit/since_v0.1.0 --world automation --out-dir "$out" --generate-all --format \
  --runtime-path crate::rt --disable-run-ctors-once-workaround \
  --pub-export-macro --export-macro-name export_automation --default-bindings-module coach_automation::bindings
mv "$out/automation.rs" src/bindings.rs
rmdir "$out"
