//! Texts to values not evaluated yet.

use super::message::of_loading;
use super::overrides::wrap;
use super::sources::{Name, Sources};
use crate::wire::Failure;
use rsjsonnet_lang::program::{Program, Thunk};
use std::rc::Rc;

/// Reads a text. It is read by itself first, so that none can end the wrapping it is put into.
pub(super) fn load<'p>(
    program: &mut Program<'p>,
    sources: &mut Sources,
    name: &Name,
    text: Vec<u8>,
) -> Result<Thunk<'p>, Failure> {
    let ((wrapped, end), own_end) = (wrap(&text), text.len());
    one_text(program, sources, name, &text.into(), own_end)?;
    one_text(program, sources, name, &wrapped, end)
}

fn one_text<'p>(
    program: &mut Program<'p>,
    sources: &mut Sources,
    name: &Name,
    text: &Rc<[u8]>,
    end: usize,
) -> Result<Thunk<'p>, Failure> {
    let context = sources.add(program, name, text, end);
    let (Name::File(shown) | Name::Variable(shown)) = name;
    program.load_source(context, text, true, shown).map_err(|error| {
        let (span, message) = of_loading(&error);
        sources.failure(program, std::iter::once(span), &message)
    })
}
