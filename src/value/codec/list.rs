//! Every encoding by its names.

use encoding_rs as rs;

use super::super::{Failure, text};
use super::charset::{ANY, BIG5, Charset, EUC_JP, EUC_KR, GB2312, GBK, KOI8_U, Rule, SHIFT_JIS, Shape, WINDOWS};

pub(super) const BIG: bool = true;
pub(super) const LITTLE: bool = false;
pub(super) const NATIVE: bool = cfg!(target_endian = "big");

/// An encoding.
pub(super) struct Codec {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub scheme: Scheme,
}

/// How it is read and written.
pub(super) enum Scheme {
    Utf8 {
        signed: bool,
    },
    Ascii,
    Latin1,
    /// In that byte order, or in the one its mark says.
    Utf16(Option<bool>),
    Utf32(Option<bool>),
    Table(Charset),
}

const fn codec(name: &'static str, aliases: &'static [&'static str], scheme: Scheme) -> Codec {
    Codec { name, aliases, scheme }
}

const fn one(name: &'static str, aliases: &'static [&'static str], table: &'static rs::Encoding) -> Codec {
    codec(name, aliases, Scheme::Table(Charset { table, shape: Shape::One, rule: ANY }))
}

const fn windows(name: &'static str, aliases: &'static [&'static str], table: &'static rs::Encoding) -> Codec {
    codec(name, aliases, Scheme::Table(Charset { table, shape: Shape::One, rule: WINDOWS }))
}

const fn many(
    name: &'static str,
    aliases: &'static [&'static str],
    table: &'static rs::Encoding,
    shape: Shape,
    rule: Rule,
) -> Codec {
    codec(name, aliases, Scheme::Table(Charset { table, shape, rule }))
}

/// Every encoding, by Python's names; letters' case, `-` and `_` make no difference.
pub(super) static CODECS: &[Codec] = &[
    codec("utf-8", &["u8", "utf", "cp65001"], Scheme::Utf8 { signed: false }),
    codec("utf-8-sig", &[], Scheme::Utf8 { signed: true }),
    codec("ascii", &["us-ascii", "646", "iso646-us"], Scheme::Ascii),
    codec("latin-1", &["iso-8859-1", "iso8859", "8859", "cp819", "latin", "l1"], Scheme::Latin1),
    codec("utf-16", &["u16"], Scheme::Utf16(None)),
    codec("utf-16-le", &[], Scheme::Utf16(Some(LITTLE))),
    codec("utf-16-be", &[], Scheme::Utf16(Some(BIG))),
    codec("utf-32", &["u32"], Scheme::Utf32(None)),
    codec("utf-32-le", &[], Scheme::Utf32(Some(LITTLE))),
    codec("utf-32-be", &[], Scheme::Utf32(Some(BIG))),
    many("gbk", &["cp936", "936", "ms936"], &rs::GBK_INIT, Shape::Two, GBK),
    many("gb2312", &["euc-cn", "chinese"], &rs::GBK_INIT, Shape::Two, GB2312),
    many("gb18030", &["gb18030-2000"], &rs::GB18030_INIT, Shape::Gb18030, ANY),
    many("big5", &["big5-tw"], &rs::BIG5_INIT, Shape::Two, BIG5),
    many("shift_jis", &["sjis"], &rs::SHIFT_JIS_INIT, Shape::ShiftJis, SHIFT_JIS),
    many("cp932", &["932", "ms932", "mskanji", "windows-31j"], &rs::SHIFT_JIS_INIT, Shape::ShiftJis, ANY),
    many("euc-jp", &["ujis"], &rs::EUC_JP_INIT, Shape::EucJp, EUC_JP),
    many("euc-kr", &["korean", "ksc5601"], &rs::EUC_KR_INIT, Shape::Two, EUC_KR),
    many("cp949", &["949", "ms949", "uhc"], &rs::EUC_KR_INIT, Shape::Two, ANY),
    windows("cp1250", &["windows-1250", "1250"], &rs::WINDOWS_1250_INIT),
    windows("cp1251", &["windows-1251", "1251"], &rs::WINDOWS_1251_INIT),
    windows("cp1252", &["windows-1252", "1252"], &rs::WINDOWS_1252_INIT),
    windows("cp1253", &["windows-1253", "1253"], &rs::WINDOWS_1253_INIT),
    windows("cp1254", &["windows-1254", "1254"], &rs::WINDOWS_1254_INIT),
    windows("cp1255", &["windows-1255", "1255"], &rs::WINDOWS_1255_INIT),
    windows("cp1256", &["windows-1256", "1256"], &rs::WINDOWS_1256_INIT),
    windows("cp1257", &["windows-1257", "1257"], &rs::WINDOWS_1257_INIT),
    windows("cp1258", &["windows-1258", "1258"], &rs::WINDOWS_1258_INIT),
    windows("cp874", &[], &rs::WINDOWS_874_INIT),
    one("cp866", &["866", "ibm866"], &rs::IBM866_INIT),
    one("koi8-r", &[], &rs::KOI8_R_INIT),
    many("koi8-u", &[], &rs::KOI8_U_INIT, Shape::One, KOI8_U),
    one("mac-roman", &["macintosh"], &rs::MACINTOSH_INIT),
    one("mac-cyrillic", &[], &rs::X_MAC_CYRILLIC_INIT),
    one("iso-8859-2", &["latin2", "l2"], &rs::ISO_8859_2_INIT),
    one("iso-8859-3", &["latin3", "l3"], &rs::ISO_8859_3_INIT),
    one("iso-8859-4", &["latin4", "l4"], &rs::ISO_8859_4_INIT),
    one("iso-8859-5", &["cyrillic"], &rs::ISO_8859_5_INIT),
    one("iso-8859-6", &["arabic"], &rs::ISO_8859_6_INIT),
    one("iso-8859-7", &["greek"], &rs::ISO_8859_7_INIT),
    one("iso-8859-8", &["hebrew"], &rs::ISO_8859_8_INIT),
    one("iso-8859-10", &["latin6", "l6"], &rs::ISO_8859_10_INIT),
    one("iso-8859-13", &["latin7", "l7"], &rs::ISO_8859_13_INIT),
    one("iso-8859-14", &["latin8", "l8"], &rs::ISO_8859_14_INIT),
    one("iso-8859-15", &["latin9", "l9"], &rs::ISO_8859_15_INIT),
    one("iso-8859-16", &["latin10", "l10"], &rs::ISO_8859_16_INIT),
];

/// The encodings' names, for completion.
pub fn names() -> impl Iterator<Item = &'static str> {
    CODECS.iter().map(|c| c.name)
}

/// The encoding of that name.
pub(super) fn find(encoding: &str) -> Result<&'static Codec, Failure> {
    if let Some(codec) = CODECS.iter().find(|c| c.name == encoding) {
        return Ok(codec);
    }
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let wanted = plain(encoding);
    let every = |c: &'static Codec| std::iter::once(c.name).chain(c.aliases.iter().copied());
    CODECS.iter().find(|c| every(c).any(|name| plain(name) == wanted)).ok_or_else(|| {
        let failure = Failure::usage(format!("unknown encoding: {encoding}"));
        let long = CODECS.iter().flat_map(every).filter(|name| name.len() > 3);
        match text::nearest(encoding, long) {
            Some(near) => failure.note(format!("did you mean {near}?")),
            None => failure
                .note("such as utf-8, ascii, latin-1, utf-16, gbk, gb18030, big5, shift_jis, euc-kr, cp1252, koi8-r"),
        }
    })
}
