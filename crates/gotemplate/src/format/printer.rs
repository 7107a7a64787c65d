//! Values as text under a verb: what Go's `fmt` does with each argument.

use super::spec::{Magnitude, Spec};
use crate::inspect::VALUE_DEPTH_MAX;
use crate::text::Text;
use crate::types::{ListType, Type};
use crate::value::{GoObject, Value};
use budget::{Budget, Exceeded};
use std::sync::Arc;

/// Where addresses would stand in Go's output. They differ from run to run there; here they are all the same.
const ADDRESS: u64 = 0xc0_0000_0000;

/// Appends values to a text, within a budget.
pub(super) struct Printer<'b> {
    pub(super) out: Vec<u8>,
    pub(super) spec: Spec,
    pub(super) budget: &'b mut Budget,
    /// While a wrong use is reported, values are printed without their own methods.
    erroring: bool,
    /// How much of `out` is paid for.
    paid: usize,
}

impl<'b> Printer<'b> {
    pub(super) fn new(budget: &'b mut Budget) -> Self {
        Printer { out: Vec::new(), spec: Spec::default(), budget, erroring: false, paid: 0 }
    }

    /// Pays for what was appended since the last time.
    pub(super) fn pay(&mut self) -> Result<(), Exceeded> {
        let new = self.out.len() - self.paid;
        self.paid = self.out.len();
        self.budget.text_fits(self.out.len() as u64)?;
        self.budget.take_bytes(new as u64)
    }

    pub(super) fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Appends a value as an action writes it: a pointer to a struct as the struct.
    pub(super) fn printed(&mut self, value: &Value) -> Result<(), Exceeded> {
        let start = self.out.len();
        self.argument(value, 'v')?;
        let pointer =
            matches!(value, Value::Object(object) if object.type_name().starts_with('*') && object.text().is_none());
        if pointer && self.out.get(start) == Some(&b'&') {
            self.out.remove(start);
            self.paid -= 1;
        }
        Ok(())
    }

    /// Appends one argument under `%v`.
    pub(super) fn argument_plainly(&mut self, value: &Value) -> Result<(), Exceeded> {
        self.argument(value, 'v')
    }

    /// Appends one argument of a print function.
    pub(super) fn argument(&mut self, value: &Value, verb: char) -> Result<(), Exceeded> {
        match (verb, value) {
            ('T' | 'v', Value::Nil | Value::NoValue) => self.spec.pad(&mut self.out, b"<nil>"),
            ('T', _) => self.spec.string(&mut self.out, value.type_name().as_bytes()),
            ('p', Value::Map(_) | Value::List(_) | Value::Bytes(_) | Value::Func(_)) => self.pointer(value, 'p')?,
            ('p', Value::Object(object)) if object.type_name().starts_with('*') => self.pointer(value, 'p')?,
            ('p', _) => self.bad_verb(value, 'p', 0)?,
            _ => self.value(value, verb, 0)?,
        }
        self.pay()
    }

    fn value(&mut self, value: &Value, verb: char, depth: u32) -> Result<(), Exceeded> {
        if depth >= VALUE_DEPTH_MAX {
            return Err(Exceeded::Depth(VALUE_DEPTH_MAX));
        }
        self.budget.spend(1)?;
        match value {
            Value::Nil | Value::NoValue if depth > 0 => self.nil_element(),
            Value::Nil | Value::NoValue => self.bad_verb(value, verb, depth)?,
            Value::Bool(flag) => match verb {
                't' | 'v' => self.spec.boolean(&mut self.out, *flag),
                _ => self.bad_verb(value, verb, depth)?,
            },
            Value::Int(number, _) => {
                let number = Magnitude { value: number.unsigned_abs(), negative: *number < 0 };
                self.integer(value, number, verb, depth)?;
            }
            Value::Uint(number, _) => {
                let number = Magnitude { value: *number, negative: false };
                self.integer(value, number, verb, depth)?;
            }
            Value::Float(number) => self.float(value, *number, verb, depth)?,
            Value::Complex(real, imaginary) => self.complex(value, (*real, *imaginary), verb, depth)?,
            Value::Str(text) => self.string(value, text.as_bytes(), verb, depth)?,
            Value::Bytes(bytes) => self.bytes(value, bytes, verb, depth)?,
            Value::List(list) => self.list(list.list_type(), list.is_nil(), list.iter(), verb, depth)?,
            Value::Map(map) => self.map(map, verb, depth)?,
            Value::Object(object) => self.object(value, object, verb, depth)?,
            Value::Func(_) => self.pointer(value, verb)?,
        }
        Ok(())
    }

    /// nil within a list or map: its type is only shown in Go syntax.
    fn nil_element(&mut self) {
        self.push(if self.spec.sharp_v { "interface {}(nil)" } else { "<nil>" });
    }

    /// What stands where a verb does not suit its argument: `%!d(string=x)`.
    pub(super) fn bad_verb(&mut self, value: &Value, verb: char, depth: u32) -> Result<(), Exceeded> {
        let before = std::mem::replace(&mut self.erroring, true);
        self.push(&format!("%!{verb}("));
        match value.go_type() {
            Some(_) => {
                self.push(&format!("{}=", value.type_name()));
                self.value(value, 'v', depth)?;
            }
            None => self.push("<nil>"),
        }
        self.push(")");
        self.erroring = before;
        Ok(())
    }

    fn integer(&mut self, value: &Value, number: Magnitude, verb: char, depth: u32) -> Result<(), Exceeded> {
        let two_complement = if number.negative { number.value.wrapping_neg() } else { number.value };
        match verb {
            'v' if self.spec.sharp_v && matches!(value, Value::Uint(..)) => self.hexadecimal(number),
            'v' | 'd' | 'b' | 'o' | 'O' | 'x' | 'X' => self.spec.integer(&mut self.out, number, verb),
            'c' => self.spec.character(&mut self.out, two_complement),
            'q' => self.spec.quoted_character(&mut self.out, two_complement),
            'U' => self.spec.unicode(&mut self.out, two_complement),
            _ => self.bad_verb(value, verb, depth)?,
        }
        Ok(())
    }

    fn hexadecimal(&mut self, number: Magnitude) {
        Spec { sharp: true, ..self.spec }.integer(&mut self.out, number, 'x');
    }

    fn float(&mut self, value: &Value, number: f64, verb: char, depth: u32) -> Result<(), Exceeded> {
        let (verb, default) = match verb {
            'v' => (b'g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb as u8, None),
            'f' | 'e' | 'E' => (verb as u8, Some(6)),
            'F' => (b'f', Some(6)),
            _ => return self.bad_verb(value, verb, depth),
        };
        self.spec.float(&mut self.out, number, verb, default);
        Ok(())
    }

    fn complex(&mut self, value: &Value, parts: (f64, f64), verb: char, depth: u32) -> Result<(), Exceeded> {
        if !"vbgGxXfFeE".contains(verb) {
            return self.bad_verb(value, verb, depth);
        }
        let plus = self.spec.plus;
        self.push("(");
        self.float(value, parts.0, verb, depth)?;
        self.spec.plus = true;
        self.float(value, parts.1, verb, depth)?;
        self.spec.plus = plus;
        self.push("i)");
        Ok(())
    }

    fn string(&mut self, value: &Value, text: &[u8], verb: char, depth: u32) -> Result<(), Exceeded> {
        match verb {
            'v' if self.spec.sharp_v => self.spec.quoted(&mut self.out, text),
            'v' | 's' => self.spec.string(&mut self.out, text),
            'x' | 'X' => self.spec.hexadecimal(&mut self.out, text, verb),
            'q' => self.spec.quoted(&mut self.out, text),
            _ => self.bad_verb(value, verb, depth)?,
        }
        Ok(())
    }

    fn bytes(&mut self, value: &Value, bytes: &Arc<[u8]>, verb: char, depth: u32) -> Result<(), Exceeded> {
        match verb {
            's' => self.spec.string(&mut self.out, bytes),
            'x' | 'X' => self.spec.hexadecimal(&mut self.out, bytes, verb),
            'q' => self.spec.quoted(&mut self.out, bytes),
            'v' if self.spec.sharp_v => {
                self.push(if depth == 0 { "[]byte" } else { "[]uint8" });
                self.push("{");
                for (at, byte) in bytes.iter().enumerate() {
                    self.push(if at > 0 { ", " } else { "" });
                    self.hexadecimal(Magnitude { value: (*byte).into(), negative: false });
                }
                self.push("}");
            }
            _ => {
                let _ = value;
                let items = bytes.iter().map(|byte| Value::Uint((*byte).into(), crate::types::UintKind::Uint8));
                self.list(ListType::BYTES, false, items, verb, depth)?;
            }
        }
        Ok(())
    }

    fn list(
        &mut self,
        list_type: ListType,
        nil: bool,
        items: impl Iterator<Item = Value>,
        verb: char,
        depth: u32,
    ) -> Result<(), Exceeded> {
        if self.spec.sharp_v {
            self.push(&Type::List(list_type).to_string());
            if nil {
                self.push("(nil)");
                return Ok(());
            }
        }
        let (open, separator, close) = if self.spec.sharp_v { ("{", ", ", "}") } else { ("[", " ", "]") };
        self.push(open);
        for (at, item) in items.enumerate() {
            if at > 0 {
                self.push(separator);
            }
            self.value(&item, verb, depth + 1)?;
        }
        self.push(close);
        self.pay()
    }

    fn map(&mut self, map: &crate::value::Map, verb: char, depth: u32) -> Result<(), Exceeded> {
        if self.spec.sharp_v {
            self.push(&Type::Map(map.map_type()).to_string());
            if map.is_nil() {
                self.push("(nil)");
                return Ok(());
            }
        }
        let (open, separator, close) = if self.spec.sharp_v { ("{", ", ", "}") } else { ("map[", " ", "]") };
        self.push(open);
        for (at, (key, value)) in map.entries().into_iter().enumerate() {
            if at > 0 {
                self.push(separator);
            }
            self.value(&Value::Str(key), verb, depth + 1)?;
            self.push(":");
            self.value(&value, verb, depth + 1)?;
        }
        self.push(close);
        self.pay()
    }

    fn object(&mut self, value: &Value, object: &Arc<dyn GoObject>, verb: char, depth: u32) -> Result<(), Exceeded> {
        if let Some(text) = self.text_of(object, verb) {
            return self.string(&Value::Str(text.clone()), text.as_bytes(), verb, depth);
        }
        if verb == 'w' {
            return self.bad_verb(value, verb, depth);
        }
        if let Some(plain) = object.underlying() {
            return self.value(&plain, verb, depth);
        }
        let pointer = object.type_name().starts_with('*');
        if pointer && depth > 0 {
            return self.pointer(value, verb);
        }
        if pointer {
            self.push("&");
        }
        if self.spec.sharp_v {
            self.push(object.type_name().trim_start_matches('*'));
        }
        self.push("{");
        for (at, (name, field)) in object.fields().into_iter().enumerate() {
            if at > 0 {
                self.push(if self.spec.sharp_v { ", " } else { " " });
            }
            if self.spec.plus_v || self.spec.sharp_v {
                self.push(&format!("{name}:"));
            }
            self.value(&field, verb, depth + 1)?;
        }
        self.push("}");
        Ok(())
    }

    /// What the value's `String` or `Error` method gives, where Go would ask it.
    fn text_of(&self, object: &Arc<dyn GoObject>, verb: char) -> Option<Text> {
        let asked = !self.erroring && !self.spec.sharp_v && matches!(verb, 'v' | 's' | 'x' | 'X' | 'q');
        if asked { object.text() } else { None }
    }

    fn pointer(&mut self, value: &Value, verb: char) -> Result<(), Exceeded> {
        let address = Magnitude { value: if value.is_nil() { 0 } else { ADDRESS }, negative: false };
        match verb {
            'v' if self.spec.sharp_v => {
                self.push(&format!("({})(", value.type_name()));
                if address.value == 0 {
                    self.push("nil")
                } else {
                    self.hexadecimal(address)
                }
                self.push(")");
            }
            'v' if address.value == 0 => self.spec.pad(&mut self.out, b"<nil>"),
            'v' | 'p' => {
                Spec { sharp: !self.spec.sharp, ..self.spec }.integer(&mut self.out, address, 'x');
            }
            'b' | 'o' | 'd' | 'x' | 'X' => self.spec.integer(&mut self.out, address, verb),
            _ => self.bad_pointer(value, verb),
        }
        Ok(())
    }

    /// As [`Printer::bad_verb`] for a value that prints as an address itself.
    fn bad_pointer(&mut self, value: &Value, verb: char) {
        self.push(&format!("%!{verb}({}=", value.type_name()));
        Spec { sharp: true, ..self.spec }.integer(&mut self.out, Magnitude { value: ADDRESS, negative: false }, 'x');
        self.push(")");
    }
}
