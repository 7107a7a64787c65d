//! Layouts: a text in which pieces of the reference time, Mon Jan 2 15:04:05 MST 2006, stand for pieces of any time.

/// A piece of a layout that stands for a piece of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperHalf,
    LowerHalf,
    ZoneName,
    /// A numeric offset, `Z` for none when the first field says so.
    Offset {
        z: bool,
        form: OffsetForm,
    },
    /// Fractional seconds: so many digits after this separator; trimmed of zeros when written with nines.
    Fraction {
        digits: usize,
        separator: u8,
        trimmed: bool,
    },
}

/// How an offset is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OffsetForm {
    Hours,
    Minutes,
    ColonMinutes,
    Seconds,
    ColonSeconds,
}

/// A layout cut at its first piece.
pub(super) struct Cut<'a> {
    /// What stands before the piece.
    pub prefix: &'a [u8],
    /// The piece and the text it is written with.
    pub piece: Option<(Piece, &'a [u8])>,
    /// What stands behind it.
    pub suffix: &'a [u8],
}

const OFFSETS: [(&[u8], OffsetForm); 5] = [
    (b"070000", OffsetForm::Seconds),
    (b"07:00:00", OffsetForm::ColonSeconds),
    (b"0700", OffsetForm::Minutes),
    (b"07:00", OffsetForm::ColonMinutes),
    (b"07", OffsetForm::Hours),
];

/// Cuts `layout` at its first piece.
pub(super) fn cut(layout: &[u8]) -> Cut<'_> {
    for at in 0..layout.len() {
        let rest = &layout[at..];
        if rest.starts_with(b"_2006") {
            let at = at + 1;
            return Cut {
                prefix: &layout[..at],
                piece: Some((Piece::LongYear, &layout[at..at + 4])),
                suffix: &layout[at + 4..],
            };
        }
        if let Some((piece, length)) = piece_at(rest) {
            let (text, suffix) = rest.split_at(length);
            return Cut { prefix: &layout[..at], piece: Some((piece, text)), suffix };
        }
    }
    Cut { prefix: layout, piece: None, suffix: &[] }
}

/// The piece at the start of `rest` and its length.
fn piece_at(rest: &[u8]) -> Option<(Piece, usize)> {
    let word = |short: &[u8], long: &[u8], pieces: (Piece, Piece)| {
        if rest.starts_with(long) {
            Some((pieces.1, long.len()))
        } else {
            let ends = !rest.get(short.len()).is_some_and(u8::is_ascii_lowercase);
            (rest.starts_with(short) && ends).then_some((pieces.0, short.len()))
        }
    };
    match rest.first()? {
        b'J' => word(b"Jan", b"January", (Piece::Month, Piece::LongMonth)),
        b'M' if rest.starts_with(b"MST") => Some((Piece::ZoneName, 3)),
        b'M' => word(b"Mon", b"Monday", (Piece::Weekday, Piece::LongWeekday)),
        b'0' => zero_piece(rest),
        b'1' if rest.starts_with(b"15") => Some((Piece::Hour, 2)),
        b'1' => Some((Piece::NumMonth, 1)),
        b'2' if rest.starts_with(b"2006") => Some((Piece::LongYear, 4)),
        b'2' => Some((Piece::Day, 1)),
        b'_' if rest.starts_with(b"_2") => Some((Piece::UnderDay, 2)),
        b'_' if rest.starts_with(b"__2") => Some((Piece::UnderYearDay, 3)),
        b'3' => Some((Piece::Hour12, 1)),
        b'4' => Some((Piece::Minute, 1)),
        b'5' => Some((Piece::Second, 1)),
        b'P' if rest.starts_with(b"PM") => Some((Piece::UpperHalf, 2)),
        b'p' if rest.starts_with(b"pm") => Some((Piece::LowerHalf, 2)),
        sign @ (b'-' | b'Z') => {
            let (text, form) = OFFSETS.iter().find(|(text, _)| rest[1..].starts_with(text))?;
            Some((Piece::Offset { z: *sign == b'Z', form: *form }, 1 + text.len()))
        }
        b'.' | b',' => fraction(rest),
        _ => None,
    }
}

fn zero_piece(rest: &[u8]) -> Option<(Piece, usize)> {
    let piece = match rest.get(1)? {
        b'1' => Piece::ZeroMonth,
        b'2' => Piece::ZeroDay,
        b'3' => Piece::ZeroHour12,
        b'4' => Piece::ZeroMinute,
        b'5' => Piece::ZeroSecond,
        b'6' => Piece::Year,
        _ => return rest.starts_with(b"002").then_some((Piece::ZeroYearDay, 3)),
    };
    Some((piece, 2))
}

/// `.000` or `,999`: one digit repeated, not followed by another one.
fn fraction(rest: &[u8]) -> Option<(Piece, usize)> {
    let digit = *rest.get(1).filter(|digit| matches!(digit, b'0' | b'9'))?;
    let digits = rest[1..].iter().take_while(|byte| **byte == digit).count();
    if rest.get(1 + digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((Piece::Fraction { digits, separator: rest[0], trimmed: digit == b'9' }, 1 + digits))
}
