//! Go's `fmt`: `print`, `println`, `printf` and the text that a value has in a template's output.
//!
//! Start reading at [`sprintf`]; what one argument looks like is in `printer`, how numbers and strings look under flags
//! in `spec`.

mod directive;
mod printer;
mod spec;

use crate::text::Text;
use crate::value::Value;
use budget::{Budget, Exceeded};
use directive::Formatter;
use printer::Printer;

/// Go's `fmt.Sprint`: a space between two arguments neither of which is a string.
///
/// # Errors
/// When the text is longer, or a value nested deeper, than allowed.
pub fn sprint(values: &[Value], budget: &mut Budget) -> Result<Text, Exceeded> {
    let mut printer = Printer::new(budget);
    print(&mut printer, values, Printer::argument_plainly)?;
    Ok(Text::from_bytes(printer.out))
}

/// As [`sprint`], but with pointers to structs as the structs: what the escapers make of their arguments.
pub(crate) fn sprint_followed(values: &[Value], budget: &mut Budget) -> Result<Text, Exceeded> {
    let mut printer = Printer::new(budget);
    print(&mut printer, values, Printer::printed)?;
    Ok(Text::from_bytes(printer.out))
}

type Append<'b> = fn(&mut Printer<'b>, &Value) -> Result<(), Exceeded>;

fn print<'b>(printer: &mut Printer<'b>, values: &[Value], append: Append<'b>) -> Result<(), Exceeded> {
    let mut after_string = true;
    for (at, value) in values.iter().enumerate() {
        let string = is_string(value);
        if at > 0 && !string && !after_string {
            printer.push(" ");
        }
        append(printer, value)?;
        after_string = string;
    }
    printer.pay()
}

/// Whether the value's kind is a string.
fn is_string(value: &Value) -> bool {
    match value {
        Value::Str(_) => true,
        Value::Object(_) => matches!(value.kind(), crate::types::Kind::String),
        _ => false,
    }
}

/// Go's `fmt.Sprintln`: spaces between all arguments, a newline at the end.
///
/// # Errors
/// As [`sprint`].
pub fn sprintln(values: &[Value], budget: &mut Budget) -> Result<Text, Exceeded> {
    let mut printer = Printer::new(budget);
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            printer.push(" ");
        }
        printer.argument(value, 'v')?;
    }
    printer.push("\n");
    printer.pay()?;
    Ok(Text::from_bytes(printer.out))
}

/// Go's `fmt.Sprintf`. Wrong uses do not fail, they show in the text: `%!d(string=x)`.
///
/// # Errors
/// As [`sprint`].
pub fn sprintf(format: &[u8], values: &[Value], budget: &mut Budget) -> Result<Text, Exceeded> {
    let mut formatter = Formatter::new(format, values, budget);
    formatter.run()?;
    Ok(Text::from_bytes(formatter.printer.out))
}

/// Appends what `value` looks like in a template's output: Go's `%v`.
pub(crate) fn append(out: &mut Vec<u8>, value: &Value, budget: &mut Budget) -> Result<(), Exceeded> {
    match value {
        Value::Str(text) => {
            budget.take_bytes(text.len() as u64)?;
            out.extend_from_slice(text.as_bytes());
        }
        _ => {
            let mut printer = Printer::new(budget);
            printer.printed(value)?;
            out.extend_from_slice(&printer.out);
        }
    }
    Ok(())
}

/// A value as error messages of comparisons show it, under a verb that need not suit it.
pub(crate) fn in_message(value: &Value, verb: char) -> Result<String, Exceeded> {
    let mut budget = Budget::new(MESSAGE);
    let mut printer = Printer::new(&mut budget);
    printer.argument(value, verb)?;
    Ok(String::from_utf8_lossy(&printer.out).into_owned())
}

/// What a value within an error message may cost.
const MESSAGE: budget::Limits = budget::Limits { fuel: 100_000, bytes: 1 << 20, depth: 128 };
