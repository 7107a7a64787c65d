//! Which rule of YAML a text breaks, in the words of go-yaml: they show in what `fromYaml` gives and in Kubernetes' answers.

use granit_parser::{ErrorKind, ScanError};

/// Where go-yaml finds a rule broken, as a line from 1, and its words for it, when either is another than ours: it tells of
/// a bracket where the text ends, we where the bracket stands.
pub(crate) fn broken_for_go(error: &ScanError, text: &str) -> Option<(u32, &'static str)> {
    use ErrorKind::*;
    let marker = error.marker();
    let line = u32::try_from(marker.line()).unwrap_or(u32::MAX);
    let at = marker.byte_offset().or_else(|| text.char_indices().nth(marker.index()).map(|(at, _)| at));
    let before = at.and_then(|at| text.get(..at)).unwrap_or_default();
    match error.kind() {
        // The end of the text stands on a line of its own.
        UnclosedFlowCollection { .. } => {
            let end = lines(text) + u32::from(!text.ends_with('\n')) + 1;
            let waits = significant(text).ends_with(['[', '{', ',', ':']);
            Some((end, if waits { NODE_CONTENT } else { broken(error.kind()) }))
        }
        UnclosedQuotedScalar => Some((lines(text) + 1, broken(error.kind()))),
        // What is no key is only missed at the next token.
        SimpleKeyExpected => Some((line + to_next_token(text, before.len()), broken(error.kind()))),
        ExpectedBlockSequenceEntry | UnexpectedEofBlockSequence if ends_with_dash(before) => Some((line, NODE_CONTENT)),
        UnknownAnchor if !is_alias_name(text, before.len()) => Some((line, NAME_CHARACTER)),
        _ => None,
    }
}

fn lines(text: &str) -> u32 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u32
}

/// A text without the comments and empty lines at its end.
fn significant(text: &str) -> &str {
    let mut rest = text.trim_end();
    loop {
        let (before, last) = rest.rsplit_once('\n').unwrap_or(("", rest));
        if before.is_empty() || !last.trim_start().starts_with('#') {
            return rest;
        }
        rest = before.trim_end();
    }
}

/// How many lines behind `at` the next line that is not empty is, or the end of the text.
fn to_next_token(text: &str, at: usize) -> u32 {
    let behind = text.get(at..).unwrap_or_default().split_inclusive('\n').skip(1);
    1 + behind.take_while(|line| line.trim().is_empty()).count() as u32
}

/// Whether a text ends with the dash of an item that is not there.
fn ends_with_dash(before: &str) -> bool {
    let last = significant(before).rsplit('\n').next().unwrap_or_default().trim_start();
    last == "-" || last.ends_with(" -")
}

/// Whether the name of the alias at `at` is one for go-yaml: letters, digits, `_` and `-`.
fn is_alias_name(text: &str, at: usize) -> bool {
    let name = text.get(at..).unwrap_or_default().trim_start_matches('*');
    let end = name.find(|found: char| !found.is_ascii_alphanumeric() && !matches!(found, '_' | '-'));
    let behind = end.and_then(|end| name[end..].chars().next());
    let ends = behind.is_none_or(|found| found.is_whitespace() || "?:,]}%@`".contains(found));
    end != Some(0) && !name.is_empty() && ends
}

/// The rule behind a reader's error. Names no content.
pub(crate) fn broken(kind: &ErrorKind) -> &'static str {
    use ErrorKind::*;
    match kind {
        UnknownAnchor => "unknown anchor referenced",
        ExpectedBlockMappingKey | UnexpectedEofBlockMapping => "did not find expected key",
        ExpectedBlockSequenceEntry | UnexpectedEofBlockSequence => "did not find expected '-' indicator",
        ExpectedFlowMappingSeparator | UnexpectedEofFlowMapping | UnexpectedEofImplicitFlowMapping => FLOW_MAPPING,
        UnclosedFlowCollection { open: '{' } | MismatchedFlowCollectionEnd { open: '{', .. } => FLOW_MAPPING,
        ExpectedFlowSequenceSeparator | UnexpectedEofFlowSequence => FLOW_SEQUENCE,
        UnclosedFlowCollection { .. } | MismatchedFlowCollectionEnd { .. } => FLOW_SEQUENCE,
        ExpectedNodeContent | MisplacedFlowCollectionEnd => NODE_CONTENT,
        ExpectedDocumentStart | MissingDocumentEndBeforeDirective | InvalidDocumentEnd => DOCUMENT_START,
        UndeclaredTagHandle => "found undefined tag handle",
        DuplicateVersionDirective => "found duplicate %YAML directive",
        DuplicateTagDirective => "found duplicate %TAG directive",
        UnsupportedYamlMajorVersion => "found incompatible YAML document",
        MappingValueNotAllowed | InvalidSimpleKey | InvalidColonPlacement => {
            "mapping values are not allowed in this context"
        }
        MappingKeyNotAllowed => "mapping keys are not allowed in this context",
        BlockSequenceEntryNotAllowed | BlockEntryInFlowCollection => {
            "block sequence entries are not allowed in this context"
        }
        SimpleKeyExpected | FlowMappingValueAdjacentCollection => "could not find expected ':'",
        UnclosedQuotedScalar => "found unexpected end of stream",
        DocumentIndicatorInQuotedScalar => "found unexpected document indicator",
        UnknownQuotedScalarEscape => "found unknown escape character",
        InvalidQuotedScalarHexEscape | InvalidLowSurrogateHexEscape => "did not find expected hexdecimal number",
        InvalidUnicodeEscape | InvalidLowSurrogate | MissingLowSurrogate | UnpairedLowSurrogate => {
            "found invalid Unicode character escape code"
        }
        UnexpectedCharacter { .. } | TabNotAllowed | TabInBlockIndentation | TabInIndentation => {
            "found character that cannot start any token"
        }
        TabAtBlockScalarStart | TabInPlainScalar => "found a tab character where an indentation space is expected",
        ZeroBlockScalarIndent => "found an indentation indicator equal to 0",
        InvalidBlockScalarHeader | InvalidDirectiveTerminator => "did not find expected comment or line break",
        UnclosedVerbatimTag => "did not find the expected '>'",
        ExpectedTagBang | ExpectedTagDirectiveBang => "did not find expected '!'",
        MissingTagUri => "did not find expected tag URI",
        InvalidTagTerminator | InvalidTagDirectiveTerminator => "did not find expected whitespace or line break",
        MissingAnchorOrAliasName => NAME_CHARACTER,
        InvalidDirectiveName => "found unexpected non-alphabetical character",
        MissingDirectiveName => "could not find expected directive name",
        YamlVersionTooLong => "found extremely long version number",
        MissingYamlVersion => "did not find expected version number",
        MissingYamlVersionSeparator => "did not find expected digit or '.' character",
        _ => "the text breaks the grammar of YAML here",
    }
}

const FLOW_MAPPING: &str = "did not find expected ',' or '}'";
const FLOW_SEQUENCE: &str = "did not find expected ',' or ']'";
const NODE_CONTENT: &str = "did not find expected node content";
const NAME_CHARACTER: &str = "did not find expected alphabetic or numeric character";
const DOCUMENT_START: &str = "did not find expected <document start>";

/// What go-yaml's reader of events reports, after its scanner has read the tokens: with lines counted from 0.
pub(crate) fn is_of_parser(rule: &str) -> bool {
    const RULES: [&str; 9] = [
        FLOW_MAPPING,
        FLOW_SEQUENCE,
        DOCUMENT_START,
        "did not find expected key",
        "did not find expected '-' indicator",
        NODE_CONTENT,
        "found undefined tag handle",
        "found duplicate %YAML directive",
        "found duplicate %TAG directive",
    ];
    RULES.contains(&rule)
}
