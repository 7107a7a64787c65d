//! Which rule of YAML a text breaks, in the words of go-yaml: they show in what `fromYaml` gives and in Kubernetes' answers.

use granit_parser::ErrorKind;

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
        ExpectedNodeContent | MisplacedFlowCollectionEnd => "did not find expected node content",
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
        MissingAnchorOrAliasName => "did not find expected alphabetic or numeric character",
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
const DOCUMENT_START: &str = "did not find expected <document start>";

/// What go-yaml's reader of events reports, after its scanner has read the tokens: with lines counted from 0.
pub(crate) fn is_of_parser(rule: &str) -> bool {
    const RULES: [&str; 9] = [
        FLOW_MAPPING,
        FLOW_SEQUENCE,
        DOCUMENT_START,
        "did not find expected key",
        "did not find expected '-' indicator",
        "did not find expected node content",
        "found undefined tag handle",
        "found duplicate %YAML directive",
        "found duplicate %TAG directive",
    ];
    RULES.contains(&rule)
}

/// A bracket that is not closed.
pub(crate) fn is_of_flow(rule: &str) -> bool {
    matches!(rule, FLOW_MAPPING | FLOW_SEQUENCE)
}
