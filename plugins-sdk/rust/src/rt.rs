//! What the generated bindings need when they run: memory for what the platform hands over. Here rather than from
//! the crate `wit-bindgen`, so that a guest needs no crates but those that the platform itself uses.

#[cfg(any(test, target_family = "wasm"))]
use std::alloc::{alloc, handle_alloc_error, realloc, Layout};

/// Called by the bindings where they export a function; keeps [`cabi_realloc`] in the linked module.
pub fn maybe_link_cabi_realloc() {
    #[cfg(target_family = "wasm")]
    {
        #[used]
        static KEEP: unsafe extern "C" fn(*mut u8, usize, usize, usize) -> *mut u8 = cabi_realloc;
    }
}

/// Makes (`old_len` 0) or resizes a block, as the canonical ABI of components has it.
///
/// # Safety
/// `align` is a power of two. Unless `old_len` is 0, `old` is a block of `old_len` bytes from this function with the
/// same `align`, and `new_len` is not 0.
#[cfg(any(test, target_family = "wasm"))]
#[cfg_attr(target_family = "wasm", no_mangle)]
pub unsafe extern "C" fn cabi_realloc(old: *mut u8, old_len: usize, align: usize, new_len: usize) -> *mut u8 {
    if old_len == 0 && new_len == 0 {
        // A pointer that is aligned and never read.
        return std::ptr::without_provenance_mut(align);
    }
    let Ok(layout) = Layout::from_size_align(if old_len == 0 { new_len } else { old_len }, align) else {
        std::process::abort()
    };
    // SAFETY: the layout is not empty, and it is that of `old` where there is one (this function's contract).
    let block = unsafe {
        match old_len {
            0 => alloc(layout),
            _ => realloc(old, layout, new_len),
        }
    };
    if block.is_null() {
        handle_alloc_error(layout);
    }
    block
}

#[cfg(test)]
mod tests {
    use std::{alloc::Layout, ptr, slice};

    #[test]
    fn blocks_are_made_and_keep_their_bytes_when_they_grow() {
        // SAFETY: as the function asks; the last block is freed with the layout it was made with.
        unsafe {
            let empty = super::cabi_realloc(ptr::null_mut(), 0, 8, 0);
            assert_eq!(empty as usize, 8);
            let small = super::cabi_realloc(ptr::null_mut(), 0, 8, 4);
            small.copy_from_nonoverlapping([1, 2, 3, 4].as_ptr(), 4);
            let large = super::cabi_realloc(small, 4, 8, 4_096);
            assert_eq!(large as usize % 8, 0);
            assert_eq!(slice::from_raw_parts(large, 4), [1, 2, 3, 4]);
            std::alloc::dealloc(large, Layout::from_size_align(4_096, 8).unwrap());
        }
    }
}
