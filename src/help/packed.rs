//! Texts that the program carries packed, as `build.rs` made them: lessons and what is said in Chinese. Each is unpacked when
//! it is first asked for, and kept.

/// Unpack a text that is the program's own.
pub(super) fn text(packed: &[u8]) -> &'static str {
    let bytes = miniz_oxide::inflate::decompress_to_vec(packed).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default().leak()
}
