/// The largest picture, in bytes.
pub(crate) const MAX_PICTURE: usize = 2 * 1024 * 1024;
/// The longest side of a picture, in pixels: beyond it a small file could fill a browser's memory.
const MAX_SIDE: u32 = 6000;

/// A picture, as its first bytes tell it. What its name or its sender says does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) content_type: &'static str,
    /// Ending of its address.
    pub(crate) ending: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Why something is no picture that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PictureError {
    /// More than [`MAX_PICTURE`].
    TooLarge,
    /// Neither PNG nor JPEG nor WebP, or damaged.
    Unknown,
    /// Without any or with too many pixels.
    Size,
}

/// What picture these bytes are.
pub(crate) fn picture_of(bytes: &[u8]) -> Result<Picture, PictureError> {
    if bytes.len() > MAX_PICTURE {
        return Err(PictureError::TooLarge);
    }
    let found = png(bytes).map(|size| ("image/png", "png", size));
    let found = found.or_else(|| jpeg(bytes).map(|size| ("image/jpeg", "jpg", size)));
    let found = found.or_else(|| webp(bytes).map(|size| ("image/webp", "webp", size)));
    let (content_type, ending, (width, height)) = found.ok_or(PictureError::Unknown)?;
    let fits = |side| (1..=MAX_SIDE).contains(&side);
    if fits(width) && fits(height) {
        Ok(Picture { content_type, ending, width, height })
    } else {
        Err(PictureError::Size)
    }
}

type Size = (u32, u32);

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// Signature, then the header chunk with width and height.
fn png(bytes: &[u8]) -> Option<Size> {
    let starts = bytes.starts_with(b"\x89PNG\r\n\x1a\n") && array(bytes, 12) == Some(*b"IHDR");
    if !starts {
        return None;
    }
    Some((u32::from_be_bytes(array(bytes, 16)?), u32::from_be_bytes(array(bytes, 20)?)))
}

/// Segments up to the one that begins the frame.
fn jpeg(bytes: &[u8]) -> Option<Size> {
    if !bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return None;
    }
    let mut at = 2;
    loop {
        let [mark, kind] = array(bytes, at)?;
        if mark != 0xFF {
            return None;
        }
        match kind {
            // Filling.
            0xFF => at += 1,
            // Marks without content.
            0x01 | 0xD0..=0xD8 => at += 2,
            // Frames: precision, height, width.
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let (height, width) = (array(bytes, at + 5)?, array(bytes, at + 7)?);
                return Some((u16::from_be_bytes(width).into(), u16::from_be_bytes(height).into()));
            }
            // The picture itself, or its end, before any frame.
            0xDA | 0xD9 => return None,
            _ => at += 2 + usize::from(u16::from_be_bytes(array(bytes, at + 2)?)).max(2),
        }
    }
}

/// The three forms of WebP: simple, lossless, extended.
fn webp(bytes: &[u8]) -> Option<Size> {
    if !bytes.starts_with(b"RIFF") || array(bytes, 8) != Some(*b"WEBP") {
        return None;
    }
    match &array::<4>(bytes, 12)? {
        b"VP8 " => {
            let [a, b, c] = array(bytes, 23)?;
            let side = |at| array(bytes, at).map(|two| u32::from(u16::from_le_bytes(two) & 0x3FFF));
            ([a, b, c] == [0x9D, 0x01, 0x2A]).then_some(())?;
            Some((side(26)?, side(28)?))
        }
        b"VP8L" => {
            let bits = u32::from_le_bytes(array(bytes, 21)?);
            (bytes.get(20) == Some(&0x2F)).then_some(((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1))
        }
        b"VP8X" => {
            let side = |at| {
                let [a, b, c] = array(bytes, at)?;
                Some(u32::from_le_bytes([a, b, c, 0]) + 1)
            };
            Some((side(24)?, side(27)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn png_of(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0]);
        bytes
    }
    fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 4, b'J', b'F', 0xFF, 0xFF, 0xC2, 0, 11, 8];
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend([1, 1, 0x11, 0]);
        bytes
    }
    fn webp_of(kind: &[u8; 4], rest: &[u8]) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WEBP".to_vec();
        bytes.extend(kind);
        bytes.extend([0, 0, 0, 0]);
        bytes.extend(rest);
        bytes
    }

    #[test]
    fn pictures_are_known_by_their_bytes() {
        let says = |bytes: &[u8]| picture_of(bytes).map(|it| (it.content_type, it.width, it.height));
        assert_eq!(says(&png_of(800, 600)), Ok(("image/png", 800, 600)));
        assert_eq!(says(&jpeg_of(640, 480)), Ok(("image/jpeg", 640, 480)));
        let simple = [0, 0, 0, 0x9D, 0x01, 0x2A, 0x20, 0x03, 0x58, 0x02];
        assert_eq!(says(&webp_of(b"VP8 ", &simple)), Ok(("image/webp", 800, 600)));
        let lossless = [&[0x2F][..], &(799_u32 | (599 << 14)).to_le_bytes()].concat();
        assert_eq!(says(&webp_of(b"VP8L", &lossless)), Ok(("image/webp", 800, 600)));
        let extended = [0, 0, 0, 0, 0x1F, 0x03, 0, 0x57, 0x02, 0];
        assert_eq!(says(&webp_of(b"VP8X", &extended)), Ok(("image/webp", 800, 600)));
    }
    #[test]
    fn what_is_no_picture_is_refused() {
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        for bytes in [&svg[..], b"", b"GIF89a\x01\0\x01\0", b"<html>", b"\x89PNG", &[0xFF, 0xD8, 0xFF, 0xD9]]
        {
            assert_eq!(picture_of(bytes), Err(PictureError::Unknown), "{bytes:?}");
        }
        assert_eq!(picture_of(&png_of(60_000, 60_000)), Err(PictureError::Size));
        assert_eq!(picture_of(&png_of(0, 10)), Err(PictureError::Size));
        assert_eq!(picture_of(&jpeg_of(65_535, 1)), Err(PictureError::Size));
        let mut large = png_of(10, 10);
        large.resize(MAX_PICTURE + 1, 0);
        assert_eq!(picture_of(&large), Err(PictureError::TooLarge));
    }
    proptest! {
        #[test]
        fn no_bytes_bring_it_down(start in 0..6_usize, bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let starts = [&b""[..], b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", &[0xFF, 0xD8, 0xFF], b"RIFF\0\0\0\0WEBPVP8 ", b"RIFF\0\0\0\0WEBPVP8L", b"RIFF\0\0\0\0WEBPVP8X"];
            let whole = [starts[start], &bytes].concat();
            if let Ok(picture) = picture_of(&whole) {
                prop_assert!((1..=MAX_SIDE).contains(&picture.width) && (1..=MAX_SIDE).contains(&picture.height));
            }
        }
        #[test]
        fn sides_are_read_as_they_are(width in 1..=MAX_SIDE, height in 1..=MAX_SIDE) {
            let png = picture_of(&png_of(width, height)).unwrap();
            prop_assert_eq!((png.width, png.height), (width, height));
            let jpeg = picture_of(&jpeg_of(width.try_into().unwrap(), height.try_into().unwrap())).unwrap();
            prop_assert_eq!((jpeg.width, jpeg.height), (width, height));
        }
    }
}
