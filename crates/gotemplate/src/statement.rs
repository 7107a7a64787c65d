//! A text to templates: its actions one after another, with a stack of what has been opened and not yet ended. No
//! recursion: however deep `if`s are nested, only memory that the text's size bounds is used.

use crate::emit::Builder;
use crate::error::ParseError;
use crate::expression::Reader;
use crate::level::{Control, Level, Of, Opened};
use crate::lex::{Kind, Token};
use crate::outline::{Outline, Wanted};
use crate::printed::{Compiled, printed};
use crate::program::{KEEP, Op, Parsed, RangeSite, Shape, Source, Span, Template};
use crate::quote::{quote, unquote};
use crate::runes::runes;
use crate::syntax::{Form, Id};
use crate::tables::Tables;
use crate::text::Text;
use crate::tokens::Tokens;
use crate::value::Value;
use budget::Budget;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Compiles `text` as the template `name`.
pub(crate) fn parse(name: &str, text: &Bytes, tables: Tables<'_>, budget: &mut Budget) -> Result<Parsed, ParseError> {
    parse_with(name, text, tables, Wanted::No, budget)
}

/// As [`parse`], with outlines if they are wanted.
pub(crate) fn parse_with(
    name: &str,
    text: &Bytes,
    tables: Tables<'_>,
    outlines: Wanted,
    budget: &mut Budget,
) -> Result<Parsed, ParseError> {
    let source = Arc::new(Source { name: name.into(), text: text.clone() });
    let tokens = Tokens::new(name, &source.text, tables.keywords());
    let reader = Reader::new(tokens, tables);
    let root = Level {
        builder: Builder::new(&source.text, outlines),
        opened: Vec::new(),
        loops: 0,
        of: Of::Root,
        variables: Vec::new(),
        outline: Outline::new(outlines),
    };
    let (outer, spare, templates) = Default::default();
    let mut parser = Parser { reader, level: root, outer, spare, templates, source: &source, outlines, budget };
    parser.run()
}

struct Parser<'t, 'b> {
    reader: Reader<'t>,
    level: Level<'t>,
    /// The templates around the one being read.
    outer: Vec<Level<'t>>,
    /// Builders of templates that are complete, to be used again.
    spare: Vec<Builder<'t>>,
    templates: BTreeMap<Text, Arc<Template>>,
    source: &'t Arc<Source>,
    outlines: Wanted,
    budget: &'b mut Budget,
}

type Read<T> = Result<T, ParseError>;

impl<'t> Parser<'t, '_> {
    fn run(&mut self) -> Read<Parsed> {
        let bytes = self.source.text.len() as u64;
        self.budget.take_bytes(bytes).map_err(|exceeded| self.reader.tokens.limit(exceeded))?;
        let mut steps = 0;
        loop {
            steps += 1;
            self.budget.spend(1).map_err(|exceeded| self.reader.tokens.limit(exceeded))?;
            let nested = !matches!(self.level.of, Of::Root) || !self.level.opened.is_empty();
            let token = if nested { self.reader.tokens.peek_non_space() } else { self.reader.tokens.peek() };
            self.level.outline.begin(token.start);
            if token.kind == Kind::Eof {
                break;
            }
            let is_action = token.kind == Kind::LeftDelim;
            let may_define = is_action && !nested && self.reader.tokens.may_define();
            if is_action && self.literal() || may_define && self.definition()? {
                continue;
            }
            self.text_or_action()?;
        }
        if !matches!(self.level.of, Of::Root) || !self.level.opened.is_empty() {
            return Err(self.reader.tokens.error("unexpected EOF"));
        }
        let name = self.source.name.clone();
        let names_itself = self.templates.contains_key(&name);
        let root = self.finish(name);
        let root = self.add(root)?;
        let templates = std::mem::take(&mut self.templates).into_values().collect();
        Ok(Parsed { root, templates, names_itself, steps })
    }

    /// Takes an action that is nothing but a literal text for the text that it writes, unless outlines are wanted, which
    /// tell the two apart. Charts whose output has braces of its own hold thousands of them.
    fn literal(&mut self) -> bool {
        if self.outlines == Wanted::Yes {
            return false;
        }
        let Some(written) = self.reader.tokens.literal_action() else {
            return false;
        };
        self.reader.tokens.action = None;
        self.level.builder.empty = false;
        self.level.builder.push(Op::Text(written), KEEP);
        true
    }

    /// Begins a `define`; false when the action is something else.
    fn definition(&mut self) -> Read<bool> {
        let delimiter = self.reader.tokens.next();
        if self.reader.tokens.next_non_space().kind != Kind::Define {
            self.reader.tokens.back_up_with(delimiter);
            return Ok(false);
        }
        let name = self.reader.tokens.expect(&[Kind::String, Kind::RawString], "define clause")?;
        let name = self.unquoted(name)?;
        self.reader.tokens.expect(&[Kind::RightDelim], "define clause")?;
        self.begin(Of::Define(name));
        Ok(true)
    }

    fn unquoted(&mut self, token: Token) -> Read<Text> {
        let bytes = unquote(self.reader.tokens.value(token));
        bytes.map(Text::from_bytes).ok_or_else(|| self.reader.tokens.error("invalid syntax"))
    }

    /// Goes on with a template within the text of this one.
    fn begin(&mut self, of: Of) {
        let variables = std::mem::replace(&mut self.reader.variables, vec![b"$"]);
        let builder = self.spare.pop().unwrap_or_else(|| Builder::new(&self.source.text, self.outlines));
        let outline = Outline::new(self.outlines);
        let level = Level { builder, opened: Vec::new(), loops: 0, of, variables, outline };
        self.outer.push(std::mem::replace(&mut self.level, level));
        self.reader.tokens.action = None;
    }

    /// The template that has been read, complete.
    fn finish(&mut self, name: Text) -> Arc<Template> {
        let builder = &mut self.level.builder;
        builder.push(Op::End, KEEP);
        let (empty, slots) = (builder.empty, builder.slots);
        let (code, parts) = builder.finish();
        let outline = std::mem::take(&mut self.level.outline).into();
        Arc::new(Template { name, source: self.source.clone(), empty, code, slots, parts: parts.into(), outline })
    }

    /// Adds a template to those of this text: of two with one name, one must be empty.
    fn add(&mut self, template: Arc<Template>) -> Read<Arc<Template>> {
        match self.templates.get(&template.name) {
            Some(other) if !other.empty => {
                if !template.empty {
                    let name = quote(template.name.as_bytes());
                    return Err(self.reader.tokens.error(format!("template: multiple definition of template {name}")));
                }
                Ok(other.clone())
            }
            _ => {
                self.templates.insert(template.name.clone(), template.clone());
                Ok(template)
            }
        }
    }

    fn text_or_action(&mut self) -> Read<()> {
        let token = self.reader.tokens.next_non_space();
        match token.kind {
            Kind::Text => {
                let text = self.reader.tokens.value(token);
                self.level.builder.empty &= is_blank(text);
                let step = self.level.builder.push(Op::Text(Span::new(token.start, token.end)), KEEP);
                self.level.outline.text(step);
                Ok(())
            }
            Kind::LeftDelim => {
                self.reader.tokens.action = Some(token);
                self.action()
            }
            _ => Err(self.reader.tokens.unexpected(token, "input")),
        }
    }

    fn action(&mut self) -> Read<()> {
        let token = self.reader.tokens.next_non_space();
        match token.kind {
            Kind::Else => return self.otherwise(),
            Kind::End => return self.end(),
            _ => self.level.builder.empty = false,
        }
        self.level.outline.keyword(token);
        match token.kind {
            Kind::If => return self.control(Control::If, false),
            Kind::With => return self.control(Control::With, false),
            Kind::Range => return self.control(Control::Range { site: 0, next: 0 }, false),
            Kind::Block => return self.block(),
            Kind::Template => self.template()?,
            Kind::Break => self.leave_loop(true)?,
            Kind::Continue => self.leave_loop(false)?,
            _ => {
                self.reader.tokens.back_up();
                self.print()?;
            }
        }
        self.reader.tokens.action = None;
        Ok(())
    }

    fn print(&mut self) -> Read<()> {
        let id = self.reader.pipeline("command", Kind::RightDelim)?;
        let expression = *self.reader.arena.get(id);
        let pipeline = self.level.builder.parts.nodes.len() as u32;
        self.emit(id);
        if !matches!(expression.form, Form::Pipeline { count: 1.., .. }) {
            let builder = &mut self.level.builder;
            let node = builder.node(expression.pos, expression.span, Shape::Action);
            let print = builder.push(Op::Print, node);
            let compiled = Compiled { node, pipeline, print, last_begins: builder.last_begins };
            let text = builder.text;
            self.level.outline.print(|| printed(&self.reader.arena, text, id, compiled));
        }
        self.reader.arena.clear();
        Ok(())
    }

    /// Compiles a pipeline.
    fn emit(&mut self, id: Id) {
        self.level.builder.pipeline(&self.reader.arena, id);
    }

    fn control(&mut self, form: Control, chained: bool) -> Read<()> {
        let variables = self.reader.variables.len();
        let before = self.level.builder.mark();
        let id = self.reader.pipeline(form.name(), Kind::RightDelim)?;
        self.level.outline.branch(form.name(), self.reader.arena.get(id).pos);
        self.emit(id);
        let within = self.level.builder.mark();
        let builder = &mut self.level.builder;
        let (form, skip) = match form {
            Control::If => (form, builder.push(Op::JumpIfFalse(0), KEEP)),
            Control::With => {
                let skip = builder.push(Op::JumpIfFalse(0), KEEP);
                builder.push(Op::PushDot, KEEP);
                (form, skip)
            }
            Control::Range { .. } => {
                let site = builder.parts.ranges.len() as u32;
                let variables = builder.variables_of(&self.reader.arena, id);
                builder.parts.ranges.push(RangeSite { variables, otherwise: 0, exit: 0 });
                builder.push(Op::Range(site), KEEP);
                let next = builder.push(Op::Next(site), KEEP) as u32;
                self.level.loops += 1;
                (Control::Range { site, next }, 0)
            }
        };
        self.reader.arena.clear();
        self.level.opened.push(Opened { form, skip, exit: None, chained, variables, before, within });
        Ok(())
    }

    /// Ends the first part of what was opened last.
    fn end_first_part(&mut self) {
        let Some(opened) = self.level.opened.last_mut() else {
            return;
        };
        let builder = &mut self.level.builder;
        match opened.form {
            Control::If => {}
            Control::With => drop(builder.push(Op::PopDots(1), KEEP)),
            Control::Range { site, next } => {
                builder.push(Op::Jump(next), KEEP);
                builder.parts.ranges[site as usize].otherwise = builder.here();
                self.level.loops -= 1;
                builder.reset(opened.within);
                return;
            }
        }
        opened.exit = Some(builder.push(Op::Jump(0), KEEP));
        builder.land(opened.skip);
        builder.reset(opened.within);
    }

    fn otherwise(&mut self) -> Read<()> {
        let peeked = self.reader.tokens.peek_non_space().kind;
        let continues = matches!(peeked, Kind::If | Kind::With);
        if !continues {
            self.reader.tokens.expect(&[Kind::RightDelim], "else")?;
        }
        self.reader.tokens.action = None;
        let Some(opened) = self.level.opened.last() else {
            return Err(self.stray("{{else}}"));
        };
        if self.in_second_part(opened) {
            return Err(self.reader.tokens.error("expected end; found {{else}}"));
        }
        let form = opened.form;
        self.end_first_part();
        self.level.outline.otherwise();
        if let Some(opened) = self.level.opened.last_mut() {
            // From here on the part for when the condition does not hold.
            opened.skip = usize::MAX;
        }
        match (form, peeked) {
            (Control::If, Kind::If) | (Control::With, Kind::With) => {
                self.reader.tokens.next();
                self.control(form, true)
            }
            _ => Ok(()),
        }
    }

    fn in_second_part(&self, opened: &Opened) -> bool {
        opened.skip == usize::MAX
    }

    /// `{{end}}` or `{{else}}` where nothing is open.
    fn stray(&self, action: &str) -> ParseError {
        let context = match self.level.of {
            Of::Root => "",
            Of::Define(_) => " in define clause",
            Of::Block(_) => " in block clause",
        };
        self.reader.tokens.error(format!("unexpected {action}{context}"))
    }

    fn end(&mut self) -> Read<()> {
        self.reader.tokens.expect(&[Kind::RightDelim], "end")?;
        self.reader.tokens.action = None;
        if self.level.opened.is_empty() {
            return self.end_template();
        }
        loop {
            if let Some(opened) = self.level.opened.last()
                && !self.in_second_part(opened)
            {
                self.end_first_part();
            }
            let Some(opened) = self.level.opened.pop() else {
                return Ok(());
            };
            self.level.outline.end();
            let builder = &mut self.level.builder;
            if let Control::Range { site, .. } = opened.form {
                builder.parts.ranges[site as usize].exit = builder.here();
            }
            if let Some(exit) = opened.exit {
                builder.land(exit);
            }
            builder.reset(opened.before);
            self.reader.variables.truncate(opened.variables);
            if !opened.chained {
                return Ok(());
            }
        }
    }

    /// Ends a `define` or `block`.
    fn end_template(&mut self) -> Read<()> {
        let name = match &self.level.of {
            Of::Root => return Err(self.stray("{{end}}")),
            Of::Define(name) | Of::Block(name) => name.clone(),
        };
        let template = self.finish(name);
        self.add(template)?;
        if let Some(outer) = self.outer.pop() {
            let inner = std::mem::replace(&mut self.level, outer);
            self.reader.variables = inner.variables;
            self.spare.push(inner.builder);
        }
        Ok(())
    }

    fn block(&mut self) -> Read<()> {
        let (name, token) = self.template_name("block clause")?;
        let id = self.reader.pipeline("block clause", Kind::RightDelim)?;
        self.call_template(name.clone(), token, Some(id));
        self.begin(Of::Block(name));
        Ok(())
    }

    fn template(&mut self) -> Read<()> {
        let (name, token) = self.template_name("template clause")?;
        let pipeline = if self.reader.tokens.next_non_space().kind == Kind::RightDelim {
            None
        } else {
            self.reader.tokens.back_up();
            Some(self.reader.pipeline("template clause", Kind::RightDelim)?)
        };
        self.call_template(name, token, pipeline);
        Ok(())
    }

    fn template_name(&mut self, context: &str) -> Read<(Text, Token)> {
        let token = self.reader.tokens.next_non_space();
        if !matches!(token.kind, Kind::String | Kind::RawString) {
            return Err(self.reader.tokens.unexpected(token, context));
        }
        Ok((self.unquoted(token)?, token))
    }

    fn call_template(&mut self, name: Text, token: Token, pipeline: Option<Id>) {
        let end = pipeline.map_or(token.end, |id| self.reader.arena.get(id).span.end as usize);
        let node = self.level.builder.node(token.start as u32, Span::new(token.start, end), Shape::Call);
        let name = self.level.builder.constant(Value::Str(name));
        let step = self.level.builder.push(Op::FindTemplate(name), node);
        self.level.outline.call(step, node);
        match pipeline {
            Some(id) => self.emit(id),
            None => drop(self.level.builder.push(Op::NoValue, KEEP)),
        }
        self.level.builder.push(Op::RunTemplate, KEEP);
        self.reader.arena.clear();
    }

    fn leave_loop(&mut self, leave: bool) -> Read<()> {
        let context = if leave { "{{break}}" } else { "{{continue}}" };
        let token = self.reader.tokens.next_non_space();
        if token.kind != Kind::RightDelim {
            return Err(self.reader.tokens.unexpected(token, context));
        }
        if self.level.loops == 0 {
            return Err(self.reader.tokens.error(format!("{context} outside {{{{range}}}}")));
        }
        let mut dots = 0;
        let mut innermost = None;
        for opened in self.level.opened.iter().rev().filter(|opened| !self.in_second_part(opened)) {
            match opened.form {
                Control::If => {}
                Control::With => dots += 1,
                Control::Range { site, next } => {
                    innermost = Some((site, next));
                    break;
                }
            }
        }
        let builder = &mut self.level.builder;
        if dots > 0 {
            builder.push(Op::PopDots(dots), KEEP);
        }
        match innermost {
            Some((site, _)) if leave => drop(builder.push(Op::LeaveRange(site), KEEP)),
            Some((_, next)) => drop(builder.push(Op::Jump(next), KEEP)),
            None => {}
        }
        Ok(())
    }
}

/// Whether a text is nothing but white space, as Go's `bytes.TrimSpace` sees it.
fn is_blank(text: &[u8]) -> bool {
    runes(text).all(|(_, found)| found.is_some_and(char::is_whitespace))
}
