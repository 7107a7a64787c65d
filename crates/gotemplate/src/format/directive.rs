//! Format strings: which argument each directive takes, with which flags, width and precision.

use super::printer::Printer;
use super::spec::Spec;
use crate::runes::decode;
use crate::value::Value;
use budget::{Budget, Exceeded};

/// Widths and precisions beyond this are wrong uses.
const NUMBER_MAX: i64 = 1_000_000;

/// A format string at work.
pub(super) struct Formatter<'a, 'b> {
    format: &'a [u8],
    values: &'a [Value],
    pub(super) printer: Printer<'b>,
    at: usize,
    /// The next argument.
    next: usize,
    /// Some directive named its argument: unused ones are not reported.
    reordered: bool,
    /// The argument named last exists.
    good_index: bool,
    /// The item before was an argument's index.
    after_index: bool,
}

impl<'a, 'b> Formatter<'a, 'b> {
    pub(super) fn new(format: &'a [u8], values: &'a [Value], budget: &'b mut Budget) -> Self {
        let printer = Printer::new(budget);
        let (at, next) = (0, 0);
        Formatter { format, values, printer, at, next, reordered: false, good_index: true, after_index: false }
    }

    pub(super) fn run(&mut self) -> Result<(), Exceeded> {
        while self.at < self.format.len() {
            self.good_index = true;
            let rest = &self.format[self.at..];
            let plain = rest.iter().position(|byte| *byte == b'%').unwrap_or(rest.len());
            self.printer.out.extend_from_slice(&rest[..plain]);
            self.at += plain;
            if self.at >= self.format.len() {
                break;
            }
            self.at += 1;
            self.printer.budget.spend(1)?;
            if !self.directive()? {
                break;
            }
        }
        self.extra()?;
        self.printer.pay()
    }

    /// One directive, its percent sign read. False when the format ends within it.
    fn directive(&mut self) -> Result<bool, Exceeded> {
        self.printer.spec = Spec::default();
        self.flags();
        if let Some(verb @ b'a'..=b'z') = self.peek()
            && self.next < self.values.len()
        {
            self.at += 1;
            self.verb(char::from(verb))?;
            return Ok(true);
        }
        self.index();
        self.width();
        self.precision();
        if !self.after_index {
            self.index();
        }
        let (verb, len) = decode(&self.format[self.at.min(self.format.len())..]);
        if len == 0 {
            self.printer.push("%!(NOVERB)");
            return Ok(false);
        }
        self.at += len;
        let verb = verb.unwrap_or(char::REPLACEMENT_CHARACTER);
        match verb {
            '%' => self.printer.push("%"),
            _ if !self.good_index => self.printer.push(&format!("%!{verb}(BADINDEX)")),
            _ if self.next >= self.values.len() => self.printer.push(&format!("%!{verb}(MISSING)")),
            _ => self.verb(verb)?,
        }
        Ok(true)
    }

    /// Formats the next argument.
    fn verb(&mut self, verb: char) -> Result<(), Exceeded> {
        let spec = &mut self.printer.spec;
        if matches!(verb, 'v' | 'w') {
            spec.sharp_v = std::mem::take(&mut spec.sharp);
            spec.plus_v = std::mem::take(&mut spec.plus);
        }
        let value = &self.values[self.next];
        self.next += 1;
        self.printer.argument(value, verb)
    }

    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    fn flags(&mut self) {
        while let Some(flag) = self.peek() {
            let spec = &mut self.printer.spec;
            match flag {
                b'#' => spec.sharp = true,
                b'0' => spec.zero = true,
                b'+' => spec.plus = true,
                b'-' => spec.minus = true,
                b' ' => spec.space = true,
                _ => break,
            }
            self.at += 1;
        }
    }

    /// `[3]`: the argument to take next.
    fn index(&mut self) {
        self.after_index = false;
        if self.peek() != Some(b'[') {
            return;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let close = rest.iter().position(|byte| *byte == b']').filter(|_| rest.len() >= 3);
        let Some(close) = close else {
            self.good_index = false;
            self.at += 1;
            return;
        };
        let number = number(&rest[1..close]).filter(|(_, len)| *len == close - 1);
        self.at += close + 1;
        self.after_index = number.is_some();
        match number.and_then(|(number, _)| usize::try_from(number - 1).ok()).filter(|at| *at < self.values.len()) {
            Some(at) => self.next = at,
            None => self.good_index = false,
        }
    }

    fn width(&mut self) {
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.int_argument() {
                Some(width) => {
                    let spec = &mut self.printer.spec;
                    spec.width = usize::try_from(width.unsigned_abs()).ok();
                    if width < 0 {
                        spec.minus = true;
                        // Zeros would be filled in on the right.
                        spec.zero = false;
                    }
                }
                None => self.printer.push("%!(BADWIDTH)"),
            }
            self.after_index = false;
            return;
        }
        let width = self.number();
        self.printer.spec.width = width;
        if self.after_index && width.is_some() {
            self.good_index = false;
        }
    }

    fn precision(&mut self) {
        if self.at + 1 > self.format.len() || self.peek() != Some(b'.') || self.at + 1 >= self.format.len() {
            return;
        }
        self.at += 1;
        if self.after_index {
            self.good_index = false;
        }
        self.index();
        if self.peek() == Some(b'*') {
            self.at += 1;
            self.printer.spec.precision = self.int_argument().and_then(|precision| usize::try_from(precision).ok());
            if self.printer.spec.precision.is_none() {
                self.printer.push("%!(BADPREC)");
            }
            self.after_index = false;
            return;
        }
        self.printer.spec.precision = Some(self.number().unwrap_or(0));
    }

    /// The number in the format here; one too large leads to the format's end.
    fn number(&mut self) -> Option<usize> {
        let rest = &self.format[self.at.min(self.format.len())..];
        match number(rest) {
            Some((number, len)) => {
                self.at += len;
                (len > 0).then(|| usize::try_from(number).unwrap_or(0))
            }
            None => {
                self.at = self.format.len();
                None
            }
        }
    }

    /// The next argument as a width or precision.
    fn int_argument(&mut self) -> Option<i64> {
        let value = self.values.get(self.next)?;
        self.next += 1;
        let number = match value.plain() {
            Value::Int(number, _) => Some(number),
            Value::Uint(number, _) => i64::try_from(number).ok(),
            _ => None,
        };
        number.filter(|number| (-NUMBER_MAX..=NUMBER_MAX).contains(number))
    }

    /// Reports arguments that no directive took.
    fn extra(&mut self) -> Result<(), Exceeded> {
        if self.reordered || self.next >= self.values.len() {
            return Ok(());
        }
        self.printer.spec = Spec::default();
        self.printer.push("%!(EXTRA ");
        for (at, value) in self.values[self.next..].iter().enumerate() {
            if at > 0 {
                self.printer.push(", ");
            }
            match value {
                Value::Nil | Value::NoValue => self.printer.push("<nil>"),
                _ => {
                    self.printer.push(&format!("{}=", value.type_name()));
                    self.printer.argument(value, 'v')?;
                }
            }
        }
        self.printer.push(")");
        Ok(())
    }
}

/// The decimal number that `text` begins with and its length, 0 when there is none; `None` when it is too large.
fn number(text: &[u8]) -> Option<(i64, usize)> {
    let mut number = 0i64;
    let mut len = 0;
    for byte in text.iter().take_while(|byte| byte.is_ascii_digit()) {
        if number > NUMBER_MAX {
            return None;
        }
        number = number * 10 + i64::from(byte - b'0');
        len += 1;
    }
    Some((number, len))
}
